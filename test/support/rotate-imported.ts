import { expect } from 'vitest';
import { importedHouse, type ImportedHouse, type Portfolio } from './imported-portfolio.js';
import { observe, type Observer } from './observer.js';
import { until } from './part.js';

const DAY = 86_400_000;
const PATIENCE_MS = 300_000;

const ALONE = '2 current, 1 retired';
/** How each kind of client ends: what was done, and what is left. */
export const MOVED_BY_UPDATE = `publish_successor, put_key_set_url, soak, prove_successor: ${ALONE}, hosted`;
export const MOVED_BY_PERSON = `publish_successor, hand_to_person, soak, prove_successor: ${ALONE}, hosted`;
export const SECRET_BY_UPDATE = `announce_gap, issue_by_update, prove_successor: ${ALONE}`;

/** What came of it. */
export interface ImportedRotation {
  /** How often the consumers of each client have authenticated. */
  readonly counts: readonly number[];
  readonly failures: readonly string[];
  /** How many clients ended how: by what was done, and whether the new credential alone is left. */
  readonly ended: Readonly<Record<string, number>>;
  readonly seconds: { readonly imported: number; readonly rotated: number; readonly retired: number };
}

/**
 * A portfolio of clients that were registered by hand is imported, proven, and rotated, by what their servers can do: keys are moved
 * to hosted key sets that first serve the old key too, by an update or by a person at a portal. Meanwhile each is used all the time.
 */
export async function rotateImported(portfolio: Portfolio, loops: number): Promise<ImportedRotation> {
  const began = performance.now();
  const house = await importedHouse(portfolio);
  const observer = observe(house.stack, house.observed, loops);
  try {
    const imported = performance.now();
    await observer.round();
    await compare(house);
    await observer.round();
    await rotate(house, observer);
    await observer.round();
    const rotated = performance.now();
    await retire(house, observer);
    await observer.round();
    const retired = performance.now();
    return {
      counts: [...observer.counts.values()],
      failures: observer.failures,
      ended: await endings(house),
      seconds: { imported: (imported - began) / 1_000, rotated: (rotated - imported) / 1_000, retired: (retired - rotated) / 1_000 },
    };
  } finally {
    await observer.stop();
    await house.stack.stop();
  }
}

/** One client of each part is compared with what its EHR has, which changes nothing there: it goes on as it was registered. */
async function compare({ stack, observed }: ImportedHouse): Promise<void> {
  for (const part of ['updatable', 'portal', 'secrets'] as const) {
    const one = observed.find((each) => each.part === part);
    const path = `/v1/registrations/${one?.id ?? ''}/sync`;
    const { body } = await stack.call<{ status: string; operation: object }>('POST', path, { headers: { prefer: 'wait=20' } });
    expect(body).toMatchObject({ status: 'active', operation: { kind: 'sync', status: 'succeeded' } });
    const open = () =>
      stack.query(`SELECT 1 FROM operations WHERE kind IN ('sync', 'update') AND status IN ('queued', 'running', 'waiting')`);
    await until('whatever follows on it', async () => (await open()).length === 0);
    const entry = (await stack.sandbox.ledger()).find(({ client_id: id }) => id === one?.clientId);
    expect(entry?.token_endpoint_auth_method).toBe(part === 'secrets' ? 'client_secret_basic' : 'private_key_jwt');
  }
}

async function rotate(house: ImportedHouse, observer: Observer): Promise<void> {
  const { stack, ehrs } = house;
  for (const id of Object.values(ehrs)) {
    const answer = await stack.call('POST', '/v1/rotations', { body: { ehr_id: id, reason: 'scheduled' } });
    expect(answer, JSON.stringify(answer.body)).toMatchObject({ status: 202 });
  }
  await settled(house, `status IN ('queued', 'running')`);
  await atThePortal(house);
  await settled(house, `status IN ('queued', 'running', 'action_required')`);
  // Those whose new key has not been fetched yet are waited for as long as their servers keep what they have.
  await observer.pausing(() => house.advance(DAY + 60_000));
  await settled(house, `status <> 'succeeded'`);
}

/** A person tells the vendor's portal where the keys are published from now on, and Registrar that it is done. */
async function atThePortal({ stack, observed }: ImportedHouse): Promise<void> {
  for (const { id, clientId, part } of observed) {
    if (part !== 'portal') continue;
    const { body } = await stack.call<{ operation: { problem: { code: string; key_set_url: string } } }>('GET', `/v1/registrations/${id}`);
    expect(body.operation.problem).toMatchObject({ code: 'rotations.key_set_by_person' });
    const metadata = { jwks_uri: body.operation.problem.key_set_url };
    await stack.sandbox.simulator.changeClient({ vendor: 'portal', hospital: 'h01', client_id: clientId, metadata });
    const completed = { client_id: clientId, evidence: 'entered at the portal' };
    expect(await stack.call('POST', `/v1/registrations/${id}/complete`, { body: completed })).toMatchObject({ status: 202 });
  }
}

/** The overlap, the servers' caches, and until the old ones are shown refused. */
async function retire(house: ImportedHouse, observer: Observer): Promise<void> {
  for (let days = 0; days < 4; days += 1) {
    await observer.pausing(() => house.advance(DAY + 3_600_000));
    // What is due by now has been begun and has ended.
    await until(
      'the old credentials that are due to go',
      async () => {
        const [left] = await house.stack.query<{ count: number }>(
          `SELECT (SELECT count(*) FROM credentials WHERE stage = 'previous' AND retire_at <= $1)::integer
                + (SELECT count(*) FROM operations WHERE status IN ('queued', 'running', 'waiting'))::integer AS count`,
          [house.now()],
        );
        return left?.count === 0;
      },
      PATIENCE_MS,
    );
  }
}

/** Waits until no registration's last operation is so any more. */
async function settled({ stack }: ImportedHouse, still: string): Promise<void> {
  await until(
    `nothing to be ${still}`,
    async () => {
      const [left] = await stack.query<{ count: number }>(
        `SELECT count(*)::integer AS count FROM (SELECT DISTINCT ON (registration_id) * FROM operations ORDER BY registration_id, created_at DESC) o WHERE ${still}`,
      );
      return left?.count === 0;
    },
    PATIENCE_MS,
  );
}

async function endings({ stack, observed }: ImportedHouse): Promise<Record<string, number>> {
  const rows = await stack.query<{ way: string; left: string }>(
    `SELECT (SELECT string_agg(s->>'name', ', ') FROM jsonb_array_elements(o.steps) s) AS way,
            (SELECT string_agg(k.version || ' ' || k.stage, ', ' ORDER BY k.version DESC) FROM credentials k WHERE k.registration_id = r.id)
            || CASE WHEN c.requested_metadata->>'jwks_uri' LIKE '%/jwks/%' THEN ', hosted' ELSE '' END AS left
       FROM registrations r JOIN clients c ON c.id = r.client_id
       JOIN LATERAL (SELECT x.steps FROM operations x WHERE x.registration_id = r.id AND x.kind = 'rotate' ORDER BY x.created_at LIMIT 1) o ON true
      WHERE r.status = 'active'`,
  );
  expect(rows).toHaveLength(observed.length);
  const ended: Record<string, number> = {};
  for (const { way, left } of rows) ended[`${way}: ${left}`] = (ended[`${way}: ${left}`] ?? 0) + 1;
  return ended;
}
