import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SystemClock } from '@registrar/clock';
import { openDatabase } from '@registrar/database';
import { fileKeyEncryptionKey, openVault } from '@registrar/vault';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canariesIn, type Canary } from './support/canaries.js';
import { onboard, settled, startStack, type Stack } from './support/index.js';

let stack: Stack;
const canaries: Canary[] = [];
/** Everything that the API answered where nobody had asked for a secret. */
const answers: string[] = [];

const know = (name: string, text: string | undefined): void => {
  if (text !== undefined && text.length >= 8) canaries.push({ name, text });
};
async function see(method: string, path: string, body?: unknown, key?: string): Promise<void> {
  const answer = await stack.call(method, path, { ...(body === undefined ? {} : { body }), ...(key === undefined ? {} : { key }) });
  answers.push(`${method} ${path} ${answer.status} ${JSON.stringify(answer.body)} ${JSON.stringify([...answer.headers])}`);
}

beforeAll(async () => {
  stack = await startStack({ env: { LOG_LEVEL: 'trace' }, sandboxEnv: { SANDBOX_HOSPITALS: '2' } });
  const { applicationId, ehrs, tenants } = await onboard(stack);
  know('the owner key', stack.ownerKey);
  for (const { server } of ehrs) know(`the initial access token of ${server.issuer}`, server.initial_access_token);

  // A server that repeats what it was sent, one that is cut off, and one that answers half a client.
  const guarded = ehrs.find(({ server }) => server.vendor === 'harbor' && server.hospital === 'h01')?.server.initial_access_token ?? '';
  const words = { error_description: `the token ${guarded} may not`, error_uri: `https://harbor.example/errors/7?about=${guarded}` };
  const echo = JSON.stringify({ error: 'invalid_client_metadata', ...words });
  const headers = { 'content-type': 'application/json', 'x-request-id': `harbor-7 of ${guarded}` };
  await stack.sandbox.fault({ vendor: 'harbor', hospital: 'h01', kind: 'status', status: 400, headers, body: echo });
  await stack.sandbox.fault({ vendor: 'meadow', hospital: 'h02', kind: 'reset_after_commit' });
  know('the secret in half an answer', 'half-a-secret-9f2e7c1b');
  await stack.sandbox.fault({
    vendor: 'summit',
    hospital: 'h02',
    kind: 'body',
    body: '{"client_id":"c","client_secret":"half-a-secret-9f2e7c1b"',
  });

  const pairs = ehrs.flatMap(({ id, tenantId }) => (tenantId === undefined ? tenants : [tenantId]).map((tenant) => ({ id, tenant })));
  const registrations = await Promise.all(
    pairs.map(async ({ id, tenant }) => {
      const body = { application_id: applicationId, ehr_id: id, tenant_id: tenant };
      return settled(stack, (await stack.call<{ id: string }>('POST', '/v1/registrations', { body })).body.id);
    }),
  );
  expect(new Set(registrations.map(({ status }) => status))).toEqual(new Set(['active', 'rejected', 'outcome_unknown']));

  for (const { id } of registrations) {
    const ask = <Body>(what: string, body: object = {}) => stack.call<Body>('POST', `/v1/registrations/${id}/${what}`, { body });
    know('an access token', (await ask<{ access_token?: string }>('token')).body.access_token);
    know('an assertion', (await ask<{ client_assertion?: string }>('client-assertion')).body.client_assertion);
    know(
      'a revealed secret',
      (await ask<{ client_secret?: string }>('reveal', { reason: 'To look for it everywhere' })).body.client_secret,
    );
    for (const part of ['', '/attempts', '/credentials', '/worksheet', '/support-bundle'])
      await see('GET', `/v1/registrations/${id}${part}`);
  }
  const key = await stack.call<{ key: string }>('POST', '/v1/api-keys', { body: { name: 'second', role: 'service' } });
  know('an API key', key.body.key);
  await refusals(ehrs[0]?.id ?? '', key.body.key);
  for (const path of ['api-keys', 'tenants', 'ehrs', 'applications', 'connections', 'registrations', 'operations'])
    await see('GET', `/v1/${path}`);
  for (const { id } of ehrs) await see('GET', `/v1/ehrs/${id}/initial-access-tokens`);
  await knowWhatIsSealed();
});
afterAll(() => stack.stop());

/** Secrets that arrive where they do not belong, in bodies, paths and headers that are refused. */
async function refusals(ehrId: string, key: string): Promise<void> {
  const misplaced = 'misplaced-secret-5d41402abc4b2a76';
  know('a secret that was refused', misplaced);
  const tokens = `/v1/ehrs/${ehrId}/initial-access-tokens`;
  await see('POST', tokens, { value: misplaced, client_secret: misplaced });
  await see('POST', tokens, { value: [misplaced] });
  await see('POST', '/v1/applications', { name: 'x', client_metadata: { client_name: 'x', client_secret: misplaced } });
  await see('POST', '/v1/tenants', `{"name": "${misplaced}`);
  await see('GET', '/v1/tenants', undefined, `${key.slice(0, -1)}x`);
  await see('POST', '/v1/tenants', { name: 'x' }, key);
}

/** What lies in the vault, opened by its keys: client secrets, private keys, registration access tokens. */
async function knowWhatIsSealed(): Promise<void> {
  const database = await openDatabase({ url: stack.database.databaseUrl, poolSize: 2, applicationName: 'secrets' });
  const kek = fileKeyEncryptionKey(join(stack.home, 'kek'), { createIfMissing: false });
  const { vault } = await openVault(database, kek, new SystemClock());
  know('the key-encryption key', readFileSync(join(stack.home, 'kek')).toString('latin1'));
  const rows = await stack.query<{
    workspace_id: string;
    tenant_id: string | null;
    subject_id: string;
    kind: string;
    version: number;
    key_id: string;
    sealed: Buffer;
  }>('SELECT * FROM secrets');
  for (const row of rows) {
    const owner = { workspaceId: row.workspace_id, ...(row.tenant_id === null ? {} : { tenantId: row.tenant_id }) };
    const subject = { subjectId: row.subject_id, kind: row.kind, version: row.version };
    const text = (await vault.open(owner, subject, row.sealed)).expose();
    know(`a sealed ${row.kind}`, text);
    if (text.startsWith('{')) know('a private half', (JSON.parse(text) as { d?: string }).d);
  }
  vault.close();
  await database.close();
}

describe('no secret (T14, T17, T18, K-55)', () => {
  it('is missing from those that are looked for', () => {
    const kinds = new Set(canaries.map(({ name }) => name.replace(/ of .*/, '')));
    for (const kind of ['the owner key', 'the initial access token', 'an access token', 'an assertion', 'a revealed secret', 'an API key'])
      expect(kinds).toContain(kind);
    expect([...kinds].filter((kind) => kind.startsWith('a sealed')).length).toBeGreaterThanOrEqual(3);
    expect(kinds).toContain('a private half');
  });

  it('is in a log line of api or worker, at the finest level', () => {
    for (const part of [stack.api, ...stack.workers]) {
      expect(part.lines.length, part.name).toBeGreaterThan(0);
      expect(
        part.lines.filter((line) => canariesIn(line, canaries).length > 0),
        part.name,
      ).toEqual([]);
    }
  });

  it('is in any answer that was not asked for one', () => {
    expect(answers.length).toBeGreaterThan(30);
    expect(answers.filter((answer) => canariesIn(answer, canaries).length > 0)).toEqual([]);
  });

  it('is in what a vendor’s support is given, which names the request as the vendor does', () => {
    const bundle = answers.find((answer) => answer.includes('/support-bundle 200') && answer.includes('harbor-7'));
    expect(bundle).toContain('"x-request-id":"harbor-7 of [redacted]"');
    expect(bundle).toContain('"error_uri":"https://harbor.example/errors/7?about=[redacted]"');
    expect(bundle).toContain('"egress_addresses":["127.0.0.1"]');
    expect(bundle).toMatch(/"started_at":"\d{4}-\d\d-\d\dT[\d:.]+Z"/);
  });

  it('is in a row of any table, of the queue included', async () => {
    const tables = await stack.query<{ name: string }>(
      `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
    );
    const found: string[] = [];
    for (const { name } of tables) {
      const rows = await stack.query<{ row: string }>(`SELECT t::text AS row FROM ${name} t`);
      for (const { row } of rows) found.push(...canariesIn(row, canaries).map((canary) => `${name}: ${canary}`));
    }
    expect(tables.length).toBeGreaterThan(30);
    expect(found).toEqual([]);
  });

  it.each<[string, (secret: string) => string]>([
    ['as it is', (secret) => `before ${secret} after`],
    ['in JSON', (secret) => JSON.stringify({ secret })],
    ['in a URL', (secret) => `?token=${encodeURIComponent(secret)}&x=1`],
    ['in an Authorization header', (secret) => `Basic ${Buffer.from(`client:${secret}`).toString('base64')}`],
    ['in base64url within more', (secret) => Buffer.from(`ab${secret}cd`).toString('base64url')],
    ['as bytes that PostgreSQL prints', (secret) => `(1,"\\\\x00${Buffer.from(secret).toString('hex')}ff")`],
  ])('would be overlooked %s', (_how, write) => {
    const secret = 'p\\ss"word/+ü-4f9a';
    expect(canariesIn(write(secret), [{ name: 'it', text: secret }])).toEqual(['it']);
    expect(canariesIn(write('something else'), [{ name: 'it', text: secret }])).toEqual([]);
  });
});
