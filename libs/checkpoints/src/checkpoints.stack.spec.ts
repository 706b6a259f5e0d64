import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AuditEvents, AuditLog } from '@registrar/audit';
import { SystemClock } from '@registrar/clock';
import { openDatabase, publicId, type Database, type UnitOfWork } from '@registrar/database';
import { PlatformSigner, verifyDocument, type PublicJwk } from '@registrar/keys';
import { createOutbound } from '@registrar/outbound';
import { fileKeyEncryptionKey, newId, openVault, type PlatformKeys, type Vault } from '@registrar/vault';
import { testDatabase, type TestDatabase } from '../../../test/support/database.js';
import { CHECKPOINT_TYPE, CheckpointMaker, openCheckpointSink, readCheckpoints, StoredCheckpoints, type CheckpointSink } from './index.js';

const clock = new SystemClock();
const folder = mkdtempSync(join(tmpdir(), 'registrar-checkpoints-'));
const outbound = createOutbound({ allow: ['127.0.0.0/8'] });
let test: TestDatabase;
let database: Database;
let vault: Vault;
let platformKeys: PlatformKeys;
let signer: PlatformSigner;
let audit: AuditLog;
let scope: UnitOfWork;
let tenantId: string;

beforeAll(async () => {
  test = await testDatabase();
  database = await openDatabase({ url: test.databaseUrl, poolSize: 8, applicationName: 'checkpoints-test' });
  const kek = fileKeyEncryptionKey(join(folder, 'kek'), { createIfMissing: true });
  ({ vault, platformKeys } = await openVault(database, kek, clock));
  signer = new PlatformSigner(platformKeys);
  audit = new AuditLog(vault, clock);
  audit.attach(database);
});
beforeEach(async () => {
  const workspaceId = newId();
  scope = { workspaceId, actor: { type: 'api_key', id: newId() }, requestId: 'req' };
  tenantId = newId();
  // One workspace alone is there to be entered: what another test left has nothing to do with this one.
  await test.query('DELETE FROM api_key_index');
  await test.query('INSERT INTO workspaces (id, name, created_at) VALUES ($1, $2, now())', [workspaceId, 'Acme']);
  await test.query('INSERT INTO tenants (workspace_id, id, name, created_at, updated_at) VALUES ($1, $2, $3, now(), now())', [
    workspaceId,
    tenantId,
    'Hospital',
  ]);
  await test.query('INSERT INTO api_key_index (digest, workspace_id, api_key_id) VALUES ($1, $2, $3)', [
    Buffer.from(workspaceId),
    workspaceId,
    newId(),
  ]);
  await notDue();
});
afterAll(async () => {
  await outbound.close();
  await database.close();
  await test.drop();
  rmSync(folder, { recursive: true });
});

const notDue = () =>
  test.query(
    `UPDATE checkpoint_turns SET appended = (SELECT last_value FROM audit_appended), taken_at = now() + interval '1 hour', held_until = now() - interval '1 second'`,
  );
const aMinuteLater = () => test.query(`UPDATE checkpoint_turns SET taken_at = clock_timestamp() - interval '60 seconds'`);
const change = (sql: string) => test.query(`SET session_replication_role = replica; ${sql.replaceAll('$chain', `'${tenantId}'`)}`);

async function write(count: number): Promise<void> {
  await database.transaction(scope, async (tx) => {
    for (let n = 0; n < count; n += 1)
      audit.append(tx, { action: 'tenant.update', subject: { type: 'tenant', id: tenantId }, tenantId, detail: { n } });
    await tx.query('SELECT 1');
  });
}

class Lines implements CheckpointSink {
  readonly all: string[] = [];
  away = false;
  send(lines: readonly string[]): Promise<void> {
    if (this.away) return Promise.reject(new Error('the webhook is away'));
    this.all.push(...lines);
    return Promise.resolve();
  }
}
const maker = (sink: CheckpointSink, complaints: unknown[] = []) =>
  new CheckpointMaker({ database, clock, signer, sink, complain: (error) => complaints.push(error) });
async function turn(...makers: readonly CheckpointMaker[]): Promise<void> {
  await Promise.all(makers.map((one) => one.look()));
  await Promise.all(makers.map((one) => one.drain()));
}
const stored = () => new StoredCheckpoints(database, signer);
const verify = async (given: readonly string[] = []) => {
  const { vouched } = await stored().vouched(scope, given);
  return (await new AuditEvents(database, vault).verify(scope, undefined, vouched)).find(({ chainId }) => chainId === tenantId)?.verdict;
};
const documents = (lines: readonly string[]) =>
  lines.map((line) => {
    const { jws } = JSON.parse(line) as { jws: string };
    return JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;
  });

describe('signed checkpoints (T13)', () => {
  it('are made a minute after the last, or after 1,000 entries, whichever is first', async () => {
    const sink = new Lines();
    const one = maker(sink);
    await write(3);
    await turn(one);
    expect(sink.all).toHaveLength(0);
    await aMinuteLater();
    await turn(one);
    expect(documents(sink.all)).toMatchObject([{ n: 1, chains: [{ id: publicId('ten', tenantId), seq: 3 }] }]);
    await notDue();
    await write(999);
    await turn(one);
    expect(sink.all).toHaveLength(1);
    await write(1);
    await turn(one);
    expect(documents(sink.all)).toMatchObject([{ n: 1 }, { n: 2, chains: [{ seq: 1_003 }] }]);
  });

  it('are made once over all workers, and not where nothing moved', async () => {
    const sink = new Lines();
    await write(2);
    for (let round = 0; round < 5; round += 1) {
      await aMinuteLater();
      await turn(maker(sink), maker(sink), maker(sink));
    }
    expect(documents(sink.all).map(({ n }) => n)).toEqual([1]);
  });

  it('go out after a restart where they could not before, each naming the one before it', async () => {
    const sink = new Lines();
    const complaints: unknown[] = [];
    sink.away = true;
    await write(1);
    await aMinuteLater();
    await turn(maker(sink, complaints));
    expect(complaints).toHaveLength(1);
    expect(sink.all).toHaveLength(0);
    await write(1);
    sink.away = false;
    await aMinuteLater();
    await turn(maker(sink));
    const [first, second] = documents(sink.all);
    expect([first?.['n'], second?.['n']]).toEqual([1, 2]);
    expect(first?.['previous_sha256']).toBeNull();
    expect(second?.['previous_sha256']).toMatch(/^[0-9a-f]{64}$/);
  });

  it('can be checked with the published key, which a restart keeps', async () => {
    const sink = new Lines();
    await write(1);
    await aMinuteLater();
    await turn(maker(sink));
    const { keys } = JSON.parse(await new PlatformSigner(platformKeys).keySet()) as { keys: PublicJwk[] };
    const { jws } = JSON.parse(sink.all[0] ?? '') as { jws: string };
    expect(await verifyDocument(jws, keys, CHECKPOINT_TYPE)).toContain(publicId('ws', scope.workspaceId));
    expect(JSON.stringify(keys)).not.toContain('"d"');
  });

  it('go to a file that only their owner reads, and are read from it among other lines', async () => {
    const path = join(folder, 'kept', 'checkpoints.jsonl');
    const sink = openCheckpointSink(`file:${path}`, outbound);
    await write(1);
    await aMinuteLater();
    await turn(maker(sink));
    const lines = ['{"level":30,"msg":"request"}', ...readFileSync(path, 'utf8').split('\n'), 'a line of a log'];
    const read = await readCheckpoints(signer, lines);
    expect(read).toMatchObject({ checkpoints: 1, foreign: 0 });
    expect([...(read.workspaces.get(scope.workspaceId)?.keys() ?? [])]).toEqual([tenantId]);
  });

  it('go to a webhook, and again where it did not take them', async () => {
    const bodies: string[] = [];
    let status = 503;
    const server: Server = createServer((request, response) => {
      let body = '';
      request.on('data', (part: Buffer) => (body += part.toString()));
      request.on('end', () => {
        bodies.push(body);
        response.writeHead(status).end();
      });
    });
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/checkpoints`;
    const complaints: unknown[] = [];
    await write(1);
    await aMinuteLater();
    await turn(maker(openCheckpointSink(url, outbound), complaints));
    expect(complaints).toMatchObject([{ code: 'checkpoints.not_taken' }]);
    status = 204;
    await aMinuteLater();
    await turn(maker(openCheckpointSink(url, outbound)));
    await new Promise((closed) => server.close(closed));
    expect(bodies).toHaveLength(2);
    expect(bodies[1]).toBe(bodies[0]);
    expect(await readCheckpoints(signer, bodies)).toMatchObject({ checkpoints: 2, foreign: 0 });
  });
});

describe('checkpoints that do not fit one another (T13)', () => {
  async function several(count: number): Promise<string[]> {
    const sink = new Lines();
    for (let n = 0; n < count; n += 1) {
      await write(1);
      await aMinuteLater();
      await turn(maker(sink));
    }
    return sink.all;
  }
  const faults = async (given: readonly string[] = []) => (await stored().vouched(scope, given)).faults;

  it('are found in what was kept elsewhere: one that was taken out of the middle is named', async () => {
    const lines = await several(4);
    expect(await faults(lines)).toEqual([]);
    expect(await faults([...lines].reverse())).toEqual([]);
    expect(await faults(lines.filter((_, index) => index !== 1))).toEqual([{ kept: 'given', n: 2, upTo: 2, what: 'missing' }]);
  });

  it('are found in the database, too', async () => {
    await several(4);
    await change('DELETE FROM audit_checkpoints WHERE n BETWEEN 2 AND 3');
    expect(await faults()).toEqual([{ kept: 'database', n: 2, upTo: 3, what: 'missing' }]);
  });

  it('are found where a database was put back, and counts once more from where it stood', async () => {
    const before = await several(3);
    await change(`DELETE FROM audit_events WHERE chain_id = $chain AND seq > 1;
      UPDATE audit_chains SET seq = 1, mac = (SELECT mac FROM audit_events WHERE chain_id = $chain AND seq = 1) WHERE chain_id = $chain;
      DELETE FROM audit_checkpoints WHERE n > 1; UPDATE audit_checkpointed SET seq = 1, n = 1`);
    const after = await several(1);
    expect(await faults([...before, ...after])).toEqual([{ kept: 'given', n: 2, upTo: 2, what: 'forked' }]);
  });
});

describe('what a chain cannot show by itself (T13)', () => {
  async function checkpointed(): Promise<string[]> {
    const sink = new Lines();
    await write(5);
    await aMinuteLater();
    await turn(maker(sink));
    return sink.all;
  }
  const cut = `DELETE FROM audit_events WHERE chain_id = $chain AND seq > 3;
    UPDATE audit_chains SET seq = 3, mac = (SELECT mac FROM audit_events WHERE chain_id = $chain AND seq = 3) WHERE chain_id = $chain`;

  it('a tail that was cut off together with the head is found, and the first missing entry named', async () => {
    await checkpointed();
    expect(await verify()).toEqual({ ok: true, length: 5 });
    await change(cut);
    expect(await verify()).toEqual({ ok: false, firstBad: 4, checkpoint: true });
  });

  it('also where the checkpoints in the database were taken away: those that were kept elsewhere show it', async () => {
    const kept = await checkpointed();
    await change(`${cut}; DELETE FROM audit_checkpointed; DELETE FROM audit_checkpoints`);
    expect(await verify()).toEqual({ ok: true, length: 3 });
    expect(await verify(kept)).toEqual({ ok: false, firstBad: 4, checkpoint: true });
  });

  it('also where it has grown again since', async () => {
    const kept = await checkpointed();
    await change(`${cut}; DELETE FROM audit_checkpointed; DELETE FROM audit_checkpoints`);
    await write(4);
    expect(await verify()).toEqual({ ok: true, length: 7 });
    expect(await verify(kept)).toEqual({ ok: false, firstBad: 5, checkpoint: true });
  });

  it('a whole chain that is gone is found', async () => {
    await checkpointed();
    await change(`DELETE FROM audit_events WHERE chain_id = $chain; DELETE FROM audit_chains WHERE chain_id = $chain`);
    expect(await verify()).toEqual({ ok: false, firstBad: 1, checkpoint: true });
  });

  it('what is not signed by this Registrar, or was changed, counts for nothing', async () => {
    const [line = ''] = await checkpointed();
    const { jws } = JSON.parse(line) as { jws: string };
    const [head, payload = '', signature] = jws.split('.');
    const other = Buffer.from(payload, 'base64url').toString().replace('"seq":5', '"seq":9');
    const forged = [head, Buffer.from(other).toString('base64url'), signature].join('.');
    expect(await readCheckpoints(signer, [forged, jws])).toMatchObject({ checkpoints: 1, foreign: 1 });
    expect((await stored().vouched(scope, [forged])).counted).toBe(0);
    expect(await verify([forged])).toEqual({ ok: true, length: 5 });
  });
});
