import { parsePublicId } from '@registrar/database';
import { expect } from 'vitest';
import type { Stack } from '../support/index.js';

interface Part {
  readonly counts: object;
  readonly registrations: { id: string; disposition: string }[];
  readonly next_cursor: string | null;
}

/** The plan of a hospital with two hundred registrations, read in two parts: each once, and the counts are of the whole. */
export async function readPlan(stack: Stack, tenantId: string, counts: object): Promise<void> {
  const part = async (more = ''): Promise<Part> =>
    (await stack.call<Part>('POST', `/v1/tenants/${tenantId}/offboard?dry_run=true&limit=150${more}`)).body;
  const first = await part();
  const rest = await part(`&cursor=${first.next_cursor ?? ''}`);
  expect([first.registrations.length, rest.registrations.length, rest.next_cursor]).toEqual([150, 50, null]);
  expect(new Set([...first.registrations, ...rest.registrations].map(({ id }) => id)).size).toBe(200);
  expect(rest.counts).toEqual(counts);
  // A client that others could share, and none does, is deleted like any other where it can be managed.
  const id = parsePublicId('reg', first.registrations[0]?.id ?? '');
  const become = (scope: string) =>
    stack.query(
      `UPDATE clients c SET scope = $2::text, tenant_id = CASE WHEN $2::text = 'registration' THEN r.tenant_id END
         FROM registrations r WHERE r.id = $1 AND c.id = r.client_id`,
      [id, scope],
    );
  await become('application');
  expect((await part()).registrations[0]).toMatchObject({ disposition: 'delete' });
  await become('registration');
}
