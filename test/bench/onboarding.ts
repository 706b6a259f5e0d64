import pg from 'pg';
import { parsePublicId } from '@registrar/database';
import type { Stack } from '../support/index.js';

export interface Portfolio {
  readonly tenants: readonly string[];
  readonly ehrs: readonly string[];
}

/** Hospitals, and shared EHRs whose limits are raised. */
export async function arrange(stack: Stack, servers: readonly { fhir_base_url: string }[], hospitals: number): Promise<Portfolio> {
  const tenants = await Promise.all(Array.from({ length: hospitals }, (_, n) => make(stack, '/v1/tenants', { name: `Hospital ${n}` })));
  const ehrs: string[] = [];
  for (const [n, { fhir_base_url }] of servers.entries()) {
    const limits = { max_in_flight: 200, per_second: 10_000 };
    ehrs.push(await make(stack, '/v1/ehrs', { name: `EHR ${n}`, environment: 'sandbox', fhir_base_url, limits }));
  }
  return { tenants, ehrs };
}

export function application(stack: Stack, name: string, metadata: Readonly<Record<string, unknown>>): Promise<string> {
  const body = { name, kind: 'backend', client_metadata: { client_name: name, ...metadata }, required_scopes: ['system/Patient.rs'] };
  return make(stack, '/v1/applications', body);
}

/** Posts one batch and waits until every registration is active. @returns seconds from the request to the last proof */
export async function onboard(stack: Stack, applicationId: string, { tenants, ehrs }: Portfolio): Promise<number> {
  // One connection that looks seldom, and by an index: what is measured must not be the looking.
  const client = new pg.Client(stack.database.databaseAdminUrl);
  await client.connect();
  try {
    const id = parsePublicId('app', applicationId);
    const wanted = (await active(client, id)) + tenants.length * ehrs.length;
    const began = performance.now();
    const body = { application_id: applicationId, tenant_ids: tenants, ehr_ids: ehrs, connect: true };
    const answer = await stack.call('POST', '/v1/batches', { body });
    if (answer.status !== 202) throw new Error(`The batch was answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    for (const until = began + 240_000; performance.now() < until;) {
      if ((await active(client, id)) >= wanted) return (performance.now() - began) / 1_000;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const { rows } = await client.query(
      `SELECT status, action, problem->>'detail' AS detail, count(*) FROM registrations GROUP BY 1, 2, 3`,
    );
    throw new Error(`Not all became active: ${JSON.stringify(rows)}`);
  } finally {
    await client.end();
  }
}

async function active(client: pg.Client, applicationId: string | undefined): Promise<number> {
  const { rows } = await client.query<{ n: number }>(
    `SELECT count(*)::integer AS n FROM registrations r
      WHERE r.workspace_id = (SELECT a.workspace_id FROM applications a WHERE a.id = $1) AND r.application_id = $1 AND r.status = 'active'`,
    [applicationId],
  );
  return rows[0]?.n ?? 0;
}

async function make(stack: Stack, path: string, body: unknown): Promise<string> {
  const answer = await stack.call<{ id: string }>('POST', path, { body });
  if (answer.status !== 201) throw new Error(`${path} was answered ${answer.status}: ${JSON.stringify(answer.body)}`);
  return answer.body.id;
}
