import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { settled, startStack, type Stack } from '../../../../test/support/index.js';
import { statementServer, type StatementServer } from '../../../../test/support/statement-server.js';

interface Problem {
  code: string;
  errors?: { pointer: string; code: string; detail: string }[];
}
interface Statement {
  id: string;
  iss: string;
  status: string;
  failures: number;
}

let stack: Stack;
const servers: StatementServer[] = [];
beforeAll(async () => {
  stack = await startStack({ sandbox: false });
});
afterAll(async () => {
  await Promise.all(servers.map((server) => server.close()));
  await stack.stop();
});

const CONTACT = 'canary-person@app.example';
async function made(path: string, body: object): Promise<string> {
  const answer = await stack.call<{ id: string }>('POST', path, { body });
  expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300);
  return answer.body.id;
}

/** A hospital at a server that wants statements of this stack, and an application. */
async function place(more: object = {}) {
  const server = await statementServer(`${stack.baseUrl}/jwks/`);
  servers.push(server);
  const tenantId = await made('/v1/tenants', { name: 'Hospital' });
  const ehr = { name: 'Strict', environment: 'sandbox', fhir_base_url: server.fhirBaseUrl, tenant_id: tenantId };
  const ehrId = await made('/v1/ehrs', ehr);
  const metadata = { client_name: 'Sync', contacts: [CONTACT], grant_types: ['client_credentials'], ...more };
  const applicationId = await made('/v1/applications', { name: 'Sync', client_metadata: metadata, required_scopes: ['system/Patient.rs'] });
  const pair = { tenant_id: tenantId, ehr_id: ehrId, application_id: applicationId };
  return { server, ehrId, applicationId, pair, statements: `/v1/ehrs/${ehrId}/software-statements` };
}
const list = async (path: string) => (await stack.call<{ data: Statement[] }>('GET', path)).body.data;
const statusOf = async (path: string) => (await list(path)).map(({ status }) => status);

describe('a server that wants a software statement (A-19, K-14)', () => {
  it('is satisfied by one that is issued here: what waits goes on, and the answer is held to its claims', async () => {
    const { server, ehrId, applicationId, pair, statements } = await place();
    const id = await made('/v1/registrations', pair);
    expect(await settled(stack, id)).toMatchObject({
      status: 'action_required',
      action: 'supply_software_statement',
      problem: { code: 'registrations.software_statement_needed' },
    });
    // It is known now that the server wants one: a dry run says so, and nothing is sent in vain.
    const ehr = await stack.call<{ quirks: object }>('GET', `/v1/ehrs/${ehrId}`);
    expect(ehr.body.quirks).toMatchObject({ software_statement: 'required' });
    const before = await stack.call<{ findings: { id: string }[] }>('POST', '/v1/registrations?dry_run=true', { body: pair });
    expect(before.body.findings.map((finding) => finding.id)).toContain('statement.missing');

    const statement = await stack.call<Statement>('POST', statements, { body: { issue: { application_id: applicationId } } });
    expect(statement).toMatchObject({ status: 201, body: { origin: 'issued', status: 'available', signature: 'verified' } });
    expect(JSON.stringify(statement.body)).not.toMatch(/eyJ/);
    const keys = await fetch(statement.body.iss);
    expect(await keys.text()).toMatch(/^\{"keys":\[\{"kty":"(EC|RSA)"/);
    expect(await settled(stack, id)).toMatchObject({ status: 'active', proof: 'token' });
    expect(server.requests).toHaveLength(2);
    expect(server.requests[1]?.['software_statement']).toMatch(/^eyJ[\w-]+\.[\w-]+\.[\w-]+$/);
    expect(await list(statements)).toMatchObject([{ id: statement.body.id, status: 'available', failures: 0 }]);
  });

  it('a dry run shows the statement by its id, and who made it', async () => {
    const { applicationId, pair, statements } = await place();
    const id = await made(statements, { issue: { application_id: applicationId } });
    const { body } = await stack.call('POST', '/v1/registrations?dry_run=true', { body: pair });
    expect(body).toMatchObject({ sendable: true, document: { software_statement: id }, origins: { software_statement: 'issued' } });
  });

  it('the text is nowhere in the open: journal, client, audit and events (I-04)', async () => {
    const { applicationId, pair, statements } = await place();
    const id = await made(statements, { issue: { application_id: applicationId } });
    const registration = await made('/v1/registrations', pair);
    await settled(stack, registration);
    const rows = await stack.query<{ text: string }>(
      `SELECT metadata::text || coalesce(outcome::text, '') AS text FROM attempts WHERE registration_id IN (SELECT id FROM registrations)
       UNION ALL SELECT requested_metadata::text || granted_metadata::text FROM clients
       UNION ALL SELECT detail::text FROM audit_events UNION ALL SELECT data::text FROM events UNION ALL SELECT problem::text FROM operations WHERE problem IS NOT NULL`,
    );
    expect(rows.length).toBeGreaterThan(5);
    expect(rows.filter(({ text }) => text.includes('eyJ'))).toEqual([]);
    const { body } = await stack.call<{ data: { metadata?: object }[] }>('GET', `/v1/registrations/${registration}/attempts`);
    expect(JSON.stringify(body)).toContain(id);
    expect((await stack.query(`SELECT 1 FROM events WHERE data::text LIKE '%canary-person%'`)).length).toBe(0);
  });

  it('that calls it invalid twice makes it defective, and another one is asked for (I-07)', async () => {
    const { server, applicationId, pair, statements } = await place();
    server.distrusts = true;
    await made(statements, { issue: { application_id: applicationId } });
    const id = await made('/v1/registrations', pair);
    expect(await settled(stack, id)).toMatchObject({
      action: 'supply_software_statement',
      problem: { code: 'registrations.software_statement_rejected' },
    });
    expect(await statusOf(statements)).toEqual(['available']);
    await stack.call('POST', `/v1/registrations/${id}/retry`);
    await settled(stack, id);
    expect(await statusOf(statements)).toEqual(['defective']);
    server.distrusts = false;
    await made(statements, { issue: { application_id: applicationId } });
    expect(await settled(stack, id)).toMatchObject({ status: 'active' });
  });

  it('that has not approved the software says so, and the statement stays good (I-07)', async () => {
    const { server, applicationId, pair, statements } = await place({ software_id: 'unheard-of' });
    server.unapproved.add('unheard-of');
    await made(statements, { issue: { application_id: applicationId } });
    const id = await made('/v1/registrations', pair);
    expect(await settled(stack, id)).toMatchObject({ action: 'approve_change', problem: { code: 'registrations.unapproved_software' } });
    expect(await list(statements)).toMatchObject([{ status: 'available', failures: 0 }]);
    server.unapproved.clear();
    await stack.call('POST', `/v1/registrations/${id}/retry`);
    expect(await settled(stack, id)).toMatchObject({ status: 'active' });
  });
});

describe('bad input', () => {
  const post = (path: string, body: object, key?: string) =>
    stack.call<Problem & { id: string }>('POST', path, { body, ...(key === undefined ? {} : { key }) });

  it('is refused with a pointer: forged, unsigned, expired, wider, for nobody', async () => {
    const { applicationId, statements } = await place();
    const { privateKey, publicKey } = await generateKeyPair('ES384', { extractable: true });
    const sign = (claims: object) => new SignJWT({ iss: 'urn:vendor', ...claims }).setProtectedHeader({ alg: 'ES384' }).sign(privateKey);
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const cases: [string, string][] = [
      ['alg_refused', `${part({ alg: 'none' })}.${part({ iss: 'urn:vendor' })}.`],
      ['alg_refused', `${part({ alg: 'HS256' })}.${part({ iss: 'urn:vendor' })}.c2ln`],
      ['iss_missing', await sign({ iss: '' })],
      ['expired', await sign({ exp: 1_000_000_000 })],
      ['scope_wider', await sign({ scope: 'system/*.cruds' })],
      ['keys_fixed', await sign({ jwks: { keys: [await exportJWK(publicKey)] } })],
      ['malformed', 'not-a-statement'],
    ];
    for (const [code, value] of cases) {
      const answer = await post(statements, { value, application_id: applicationId });
      expect([answer.status, answer.body.code], code).toEqual([422, 'software_statements.refused']);
      expect(answer.body.errors, code).toMatchObject([{ pointer: '/value', code }]);
    }
    const nobody = await post(statements, { value: await sign({ software_id: 'nobody' }) });
    expect([nobody.status, nobody.body.code]).toEqual([422, 'software_statements.application_unknown']);
    const metadata = await post(statements, { value: await sign({}), application_id: applicationId, jwks_uri: 'https://10.0.0.1/jwks' });
    expect(metadata.body.errors).toMatchObject([{ pointer: '/jwks_uri', code: 'address_refused' }]);
    expect((await post(statements, { value: 'x', issue: { application_id: applicationId } })).status).toBe(400);
    expect((await post(statements, {})).status).toBe(400);
    expect(await list(statements)).toEqual([]);
  });

  it('of a role that may not is forbidden, and another workspace finds nothing', async () => {
    const { applicationId, statements } = await place();
    const id = await made(statements, { issue: { application_id: applicationId } });
    const auditor = await stack.call<{ key: string }>('POST', '/v1/api-keys', { body: { name: 'Auditor', role: 'auditor' } });
    expect((await post(statements, { issue: { application_id: applicationId } }, auditor.body.key)).status).toBe(403);
    const other = await stack.call<{ owner_key: string }>('POST', '/v1/workspaces', { body: { name: 'Other' } });
    const foreign = await stack.call('DELETE', `${statements}/${id}`, { key: other.body.owner_key });
    expect(foreign.status).toBe(404);
    expect((await stack.call('DELETE', `${statements}/${id}`)).status).toBe(204);
    expect((await stack.call('DELETE', `${statements}/${id}`)).status).toBe(404);
  });
});
