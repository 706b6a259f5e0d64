import pg from 'pg';
import { Agent, request } from 'undici';
import { SystemClock } from '@registrar/clock';
import { openDatabase } from '@registrar/database';
import { Secret } from '@registrar/secret';
import { fileKeyEncryptionKey, newId, openVault, type Sealer } from '@registrar/vault';
import type { Stack } from '../support/index.js';

export interface LoopPlan {
  readonly endpoint: string;
  readonly document: unknown;
  readonly count: number;
  readonly inFlight: number;
  /** A new connection for each POST, as a write that may not be repeated needs one. */
  readonly fresh: boolean;
}

const TABLE =
  'CREATE TABLE IF NOT EXISTS bench_bare (id uuid PRIMARY KEY, client_id text NOT NULL, sealed bytea NOT NULL, at timestamptz NOT NULL)';
const INSERT = 'INSERT INTO bench_bare VALUES ($1, $2, $3, clock_timestamp())';

/** Registrations per second of what nobody can do without: post, seal the answer, insert one row. */
export async function bareLoop(stack: Stack, workspaceId: string, plan: LoopPlan): Promise<number> {
  const clock = new SystemClock();
  const database = await openDatabase({ url: stack.database.databaseUrl, poolSize: 2, applicationName: 'bench' });
  const { vault } = await openVault(database, fileKeyEncryptionKey(`${stack.home}/kek`, { createIfMissing: false }), clock);
  const sealer = await vault.prepare({ workspaceId });
  const pool = new pg.Pool({ connectionString: stack.database.databaseAdminUrl, max: plan.inFlight });
  await pool.query(TABLE);
  const agent = new Agent({ connections: plan.inFlight });
  try {
    let left = plan.count;
    const began = performance.now();
    const loop = async (): Promise<void> => {
      while (left-- > 0) await once(plan, agent, pool, sealer);
    };
    await Promise.all(Array.from({ length: plan.inFlight }, loop));
    return plan.count / ((performance.now() - began) / 1_000);
  } finally {
    await pool.end();
    await agent.close();
    vault.close();
    await database.close();
  }
}

async function once(plan: LoopPlan, dispatcher: Agent, pool: pg.Pool, sealer: Sealer): Promise<void> {
  const { statusCode, body } = await request(plan.endpoint, {
    dispatcher,
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify(plan.document),
    reset: plan.fresh,
  });
  const text = await body.text();
  if (statusCode !== 201) throw new Error(`The canned server answered ${statusCode}`);
  const id = newId();
  const { bytes } = sealer.seal({ subjectId: id, kind: 'answer', version: 1 }, Secret.of(text));
  const { client_id: clientId } = JSON.parse(text) as { client_id: string };
  await pool.query({ name: 'bare', text: INSERT, values: [id, clientId, bytes] });
}
