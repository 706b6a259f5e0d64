import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FIRST_WORKSPACE_ID } from '@registrar/access';
import { CheckpointMaker, openCheckpointSink } from '@registrar/checkpoints';
import { SystemClock } from '@registrar/clock';
import { openDatabase } from '@registrar/database';
import { PlatformSigner } from '@registrar/keys';
import { createOutbound } from '@registrar/outbound';
import { fileKeyEncryptionKey, openVault } from '@registrar/vault';
import { root } from '../../apps/launcher/prepare.mjs';
import { startStack, type Answer, type Stack } from '../support/index.js';

interface ShownEvent {
  id: string;
  tenant_id: string | null;
  seq: number;
  action: string;
  actor: { type: string; id: string; name?: string; from?: string };
  subject: { type: string; id: string };
  request_id: string;
  detail: Record<string, unknown>;
}
interface Verification {
  ok: boolean;
  chains: { tenant_id: string | null; ok: boolean; length: number | null; first_bad: number | null; by: string | null }[];
  checkpoints_counted: number;
}

let stack: Stack;
let auditor: string;
let bound: string;
let mary: string;
let luke: string;
beforeAll(async () => {
  stack = await startStack({ workers: 0, sandbox: false });
  const make = async (path: string, body: object) => (await stack.call<{ id: string; key: string }>('POST', path, { body })).body;
  mary = (await make('/v1/tenants', { name: 'Mary' })).id;
  luke = (await make('/v1/tenants', { name: 'Luke' })).id;
  auditor = (await make('/v1/api-keys', { name: 'Auditor', role: 'auditor' })).key;
  bound = (await make('/v1/api-keys', { name: 'Auditor of Luke', role: 'auditor', tenant_ids: [luke] })).key;
  for (const name of ['Mary 2', 'Mary 3', 'Mary 4', 'Mary 5'])
    await stack.call('PATCH', `/v1/tenants/${mary}`, { body: { name }, headers: { 'x-request-id': `rename-${name.slice(-1)}` } });
});
afterAll(() => stack.stop());

const list = (query = '', key = auditor) =>
  stack.call<{ data: ShownEvent[]; next_cursor: string | null }>('GET', `/v1/audit-events${query}`, { key });
const verify = (query = '', key = auditor): Promise<Answer<Verification>> =>
  stack.call<Verification>('GET', `/v1/audit-events/verify${query}`, { key });
const run = (program: string, words: readonly string[], more: NodeJS.ProcessEnv = {}) =>
  new Promise<{ code: number; said: string }>((resolve) => {
    const env = {
      PATH: process.env.PATH,
      REGISTRAR_HOME: stack.home,
      KEK_FILE: join(stack.home, 'kek'),
      DATABASE_URL: stack.database.databaseUrl,
      ...more,
    };
    execFile(process.execPath, [join(root, `dist/programs/${program}.js`), ...words], { env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), said: stdout + stderr });
    });
  });
const command = (...words: string[]) => run('audit-verify', words);

describe('/v1/audit-events', () => {
  it('says who did what to what, why and from which request: names of what changed, never values', async () => {
    const { status, body } = await list(`?tenant_id=${mary}&action=tenant.update&limit=1`);
    expect(status).toBe(200);
    expect(body.data).toMatchObject([
      {
        id: expect.stringMatching(/^aud_/) as string,
        tenant_id: mary,
        seq: 5,
        action: 'tenant.update',
        actor: { type: 'api_key', id: expect.stringMatching(/^key_/) as string, from: '127.0.0.1' },
        subject: { type: 'tenant', id: mary },
        request_id: 'rename-5',
      },
    ]);
    expect(JSON.stringify(body.data)).not.toContain('Mary 5');
    const next = await list(`?tenant_id=${mary}&action=tenant.update&limit=1&cursor=${body.next_cursor ?? ''}`);
    expect(next.body.data.map(({ seq }) => seq)).toEqual([4]);
  });

  it('is found by subject, actor, request and time', async () => {
    const [{ actor } = { actor: { id: '' } }] = (await list('?request_id=rename-3')).body.data;
    expect((await list('?request_id=rename-3')).body.data.map(({ action }) => action)).toEqual(['tenant.update']);
    expect((await list(`?subject_id=${mary}`)).body.data).toHaveLength(5);
    expect((await list(`?actor_id=${actor.id}&tenant_id=${luke}`)).body.data.map(({ action }) => action)).toEqual(['tenant.create']);
    expect((await list('?from=2000-01-01T00:00:00Z&to=2000-01-02T00:00:00Z')).body.data).toEqual([]);
  });

  it('is for owners and auditors; who is bound to a hospital sees its entries alone (T1)', async () => {
    const { body } = await stack.call<{ key: string }>('POST', '/v1/api-keys', { body: { name: 'CS', role: 'customer_success' } });
    for (const path of ['', '/verify', '/export'])
      expect(await stack.call('GET', `/v1/audit-events${path}`, { key: body.key })).toMatchObject({ status: 403 });
    expect((await list('', bound)).body.data.map(({ tenant_id }) => tenant_id)).toEqual([luke]);
    expect((await list(`?tenant_id=${mary}`, bound)).body.data).toEqual([]);
    expect((await verify('', bound)).body.chains.map(({ tenant_id }) => tenant_id)).toEqual([luke]);
    expect(await verify(`?tenant_id=${mary}`, bound)).toMatchObject({ status: 404, body: { code: 'audit.chain_not_found' } });
  });

  it.each(['?limit=1000000000', '?action=tenant.destroy', "?subject_id=ten_'--", '?from=yesterday', '?sort=at', '?cursor=AAAA'])(
    'refuses %s (A29, A30)',
    async (query) => {
      expect(await list(query)).toMatchObject({ status: 400 });
    },
  );

  it('exports every entry with its place in the chain, one a line', async () => {
    const answer = await fetch(`${stack.baseUrl}/v1/audit-events/export?tenant_id=${mary}`, {
      headers: { authorization: `Bearer ${auditor}` },
    });
    expect(answer.headers.get('content-type')).toContain('application/x-ndjson');
    const lines = (await answer.text())
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { seq: number; prev: string; mac: string });
    expect(lines.map(({ seq }) => seq)).toEqual([5, 4, 3, 2, 1]);
    expect(lines.slice(0, -1).map(({ prev }) => prev)).toEqual(lines.slice(1).map(({ mac }) => mac));
  });
});

describe('/v1/audit-events/verify and npm run audit:verify (T13)', () => {
  it('find every chain whole', async () => {
    const { body } = await verify();
    expect(body).toMatchObject({ ok: true, chains: [{ tenant_id: null }, { ok: true }, { ok: true }] });
    expect((await verify(`?tenant_id=${mary}`)).body.chains).toEqual([{ tenant_id: mary, ok: true, length: 5, first_bad: null, by: null }]);
    expect(await command()).toMatchObject({ code: 0, said: expect.stringMatching(/^3 chains, \d+ entries, 0 not whole\n$/) as string });
  });

  const COLUMNS =
    'workspace_id, chain_id, seq, id, tenant_id, at, actor, action, subject_type, subject_id, request_id, detail, key_id, prev, mac';
  const CHAIN = `chain_id = (SELECT id FROM tenants WHERE name = 'Mary 5')`;
  it.each<[string, readonly string[], number]>([
    ['a changed one', [`UPDATE audit_events SET request_id = 'another' WHERE ${CHAIN} AND seq = 3`], 3],
    ['one that was taken out', [`DELETE FROM audit_events WHERE ${CHAIN} AND seq = 2`], 2],
    ['a tail that was cut off', [`DELETE FROM audit_events WHERE ${CHAIN} AND seq > 3`], 4],
    [
      'two that were swapped',
      [
        `UPDATE audit_events SET seq = CASE seq WHEN 2 THEN -3 ELSE -2 END WHERE ${CHAIN} AND seq IN (2, 3)`,
        `UPDATE audit_events SET seq = -seq WHERE ${CHAIN} AND seq < 0`,
      ],
      2,
    ],
    [
      'one that was put in',
      [
        `INSERT INTO audit_events (${COLUMNS}) SELECT ${COLUMNS.replace('seq, id', '6, gen_random_uuid()')} FROM audit_events WHERE ${CHAIN} AND seq = 5`,
      ],
      6,
    ],
    [
      'an old one in another place',
      [
        `UPDATE audit_events e SET action = o.action, detail = o.detail, mac = o.mac, prev = o.prev FROM audit_events o WHERE e.${CHAIN} AND o.${CHAIN} AND e.seq = 4 AND o.seq = 1`,
      ],
      4,
    ],
  ])('name %s by its place', async (_name, tampering, firstBad) => {
    const kept = await stack.query(`CREATE TABLE kept AS SELECT * FROM audit_events`);
    expect(kept).toEqual([]);
    for (const statement of tampering) await stack.query(statement);
    expect((await verify(`?tenant_id=${mary}`)).body).toEqual({
      ok: false,
      ...{ checkpoints_counted: 0, checkpoints_foreign: 0, checkpoint_faults: [] },
      chains: [{ tenant_id: mary, ok: false, length: null, first_bad: firstBad, by: 'chain' }],
    });
    expect(await command()).toMatchObject({ code: 1, said: expect.stringContaining(`the chain of ${mary}: entry ${firstBad} `) as string });
    await stack.query('DELETE FROM audit_events');
    await stack.query('INSERT INTO audit_events SELECT * FROM kept');
    await stack.query('DROP TABLE kept');
    expect((await verify()).body.ok).toBe(true);
  });

  it('name a checkpoint that was taken out of the middle of what was kept elsewhere', async () => {
    const file = join(stack.home, 'gap.jsonl');
    const database = await openDatabase({ url: stack.database.databaseUrl, poolSize: 2, applicationName: 'checkpoints' });
    const kek = fileKeyEncryptionKey(join(stack.home, 'kek'), { createIfMissing: false });
    const signer = new PlatformSigner((await openVault(database, kek, new SystemClock())).platformKeys);
    const sink = { send: () => Promise.resolve() };
    const maker = new CheckpointMaker({ database, clock: new SystemClock(), signer, sink, complain: () => undefined });
    for (let n = 0; n < 3; n += 1) {
      // Each change moves the workspace's own chain; hers is left as it is.
      await stack.call('POST', '/v1/api-keys', { body: { name: 'Moves', role: 'auditor' } });
      await maker.workspace(FIRST_WORKSPACE_ID);
    }
    await database.close();
    const kept = (await stack.query<{ jws: string }>('SELECT jws FROM audit_checkpoints ORDER BY n')).map(({ jws }) => jws);
    const against = async (checkpoints: string[]) =>
      (await stack.call<Verification>('POST', '/v1/audit-events/verify', { key: auditor, body: { checkpoints } })).body;
    expect(await against(kept)).toMatchObject({ ok: true, checkpoint_faults: [], checkpoints_foreign: 0 });
    const [first = '', ...rest] = kept;
    const gap = [first, ...rest.slice(1)];
    const lacking = await against(gap);
    expect(lacking).toMatchObject({ ok: false, checkpoint_faults: [{ kept: 'given', what: 'missing', n: 2, up_to: 2 }] });
    expect(lacking.chains.every((chain) => chain.ok)).toBe(true);
    expect(await against([...kept, kept[0]?.replace(/.$/, '_') ?? ''])).toMatchObject({ ok: false, checkpoints_foreign: 1 });
    await writeFile(file, kept.join('\n'));
    expect(await command('--checkpoints', file)).toMatchObject({ code: 0, said: expect.stringContaining('0 faults among them') as string });
    await writeFile(file, gap.join('\n'));
    expect(await command('--checkpoints', file)).toMatchObject({
      code: 1,
      said: expect.stringContaining('checkpoint 2 missing from the file, and later ones are there') as string,
    });
    await stack.query('DELETE FROM audit_checkpointed');
    await stack.query('DELETE FROM audit_checkpoints');
  });

  it('find a tail that was cut off together with the head, by checkpoints that were kept elsewhere', async () => {
    const file = join(stack.home, 'kept.jsonl');
    const database = await openDatabase({ url: stack.database.databaseUrl, poolSize: 2, applicationName: 'checkpoints' });
    const { platformKeys } = await openVault(
      database,
      fileKeyEncryptionKey(join(stack.home, 'kek'), { createIfMissing: false }),
      new SystemClock(),
    );
    const signer = new PlatformSigner(platformKeys);
    const sink = openCheckpointSink(`file:${file}`, createOutbound({ allow: [] }));
    await new CheckpointMaker({ database, clock: new SystemClock(), signer, sink, complain: () => undefined }).workspace(
      FIRST_WORKSPACE_ID,
    );
    await database.close();
    const lines = (await readFile(file, 'utf8')).trim().split('\n');
    const against = (checkpoints: string[], key = auditor) =>
      stack.call<Verification>('POST', '/v1/audit-events/verify', { key, body: { checkpoints, tenant_id: mary } });
    expect((await against(lines)).body).toMatchObject({ ok: true, checkpoints_counted: 1 });
    expect(await against(lines, bound)).toMatchObject({ status: 404, body: { code: 'audit.chain_not_found' } });
    const set = await fetch(`${stack.baseUrl}/jwks/platform`);
    expect(await set.text()).toBe(await signer.keySet());
    await stack.query(`DELETE FROM audit_events WHERE ${CHAIN} AND seq > 3`);
    await stack.query(
      `UPDATE audit_chains c SET seq = 3, mac = e.mac FROM audit_events e WHERE c.${CHAIN} AND e.chain_id = c.chain_id AND e.seq = 3`,
    );
    const found = [{ tenant_id: mary, ok: false, length: null, first_bad: 4, by: 'checkpoint' }];
    expect((await verify(`?tenant_id=${mary}`)).body.chains).toEqual(found);
    await stack.query('DELETE FROM audit_checkpoints');
    expect((await verify(`?tenant_id=${mary}`)).body.ok).toBe(true);
    expect((await against(lines)).body.chains).toEqual(found);
    expect(await command()).toMatchObject({ code: 0 });
    expect(await command('--checkpoints', file)).toMatchObject({
      code: 1,
      said: expect.stringContaining(`the chain of ${mary}: entry 4 is missing, or not the one that a checkpoint vouches for`) as string,
    });
  });
});

describe('npm run audit:cut', () => {
  const DATABASE_OWNER_URL = () => stack.database.databaseOwnerUrl;
  it('takes out what is older than AUDIT_RETENTION_DAYS, with the owner’s role alone, and leaves chains that verify', async () => {
    expect(await run('audit-cut', [])).toMatchObject({ code: 0, said: expect.stringContaining('kept for ever') as string });
    expect(await run('audit-cut', [], { AUDIT_RETENTION_DAYS: '30' })).toMatchObject({ code: 2 });
    const none = await run('audit-cut', [], { AUDIT_RETENTION_DAYS: '30', DATABASE_OWNER_URL: DATABASE_OWNER_URL() });
    expect(none).toMatchObject({ code: 0, said: expect.stringMatching(/^0 entries /) as string });
    const inTwoMonths = { CLOCK_OFFSET_MS: String(60 * 86_400_000), AUDIT_RETENTION_DAYS: '30', DATABASE_OWNER_URL: DATABASE_OWNER_URL() };
    const some = await run('audit-cut', [], inTwoMonths);
    expect(some).toMatchObject({ code: 0, said: expect.stringMatching(/^[1-9]\d* entries .*, 0 chains not whole\n$/) as string });
    const left = await stack.query<{ action: string }>('SELECT DISTINCT action FROM audit_events');
    expect(left).toEqual([{ action: 'audit.cut' }]);
    expect((await verify()).body.ok).toBe(true);
    expect(await command()).toMatchObject({ code: 0 });
  });
});

describe('a caller that is bound to an environment', () => {
  const narrowed = async (role: string) =>
    (await stack.call<{ key: string }>('POST', '/v1/api-keys', { body: { name: `Narrowed ${role}`, role, environment: 'sandbox' } })).body
      .key;

  it.each(['', '/verify', '/export'])('does not read the audit log, which is of all of them: %s (T1)', async (path) => {
    const answer = await stack.call('GET', `/v1/audit-events${path}`, { key: await narrowed('auditor') });
    expect(answer).toMatchObject({ status: 403, body: { code: 'audit.narrowed_caller' } });
  });

  it('makes no link that shows a hospital all that it has (T1)', async () => {
    const body = { expires_at: new Date(Date.now() + 3_600_000).toISOString() };
    const key = await narrowed('customer_success');
    expect(await stack.call('POST', `/v1/tenants/${mary}/links`, { body, key })).toMatchObject({
      status: 403,
      body: { code: 'links.narrowed_caller' },
    });
    expect(await stack.call('POST', `/v1/tenants/${mary}/links`, { body })).toMatchObject({ status: 201 });
  });
});
