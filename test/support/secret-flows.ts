import { exportJWK, exportPKCS8, generateKeyPair, SignJWT } from 'jose';
import type { ServerListing } from '../../apps/sandbox/src/command.js';
import { settled, type ShownRegistration } from './onboarding.js';
import { until } from './part.js';
import { tokenOf } from './rotation-world.js';
import type { SecretWorld } from './secret-world.js';

/** What the flows work on. */
export interface SecretHouse {
  readonly applicationId: string;
  /** By the sandbox's hospital: h01, h02. */
  readonly tenants: ReadonlyMap<string, string>;
  readonly ehrs: readonly { readonly id: string; readonly server: ServerListing; readonly tenantId: string | undefined }[];
}

const SCOPES = ['system/Patient.rs'];
const WAIT = { prefer: 'wait=20' };

/** Makes something; fails where it is not made. */
export async function made(world: SecretWorld, path: string, body: object, gives?: string): Promise<string> {
  const answer = await world.ask<{ id: string }>('POST', path, { body, ...(gives === undefined ? {} : { gives }) });
  if (answer.status !== 201) throw new Error(`${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
  return answer.body.id;
}

/** Two hospitals, every server of the sandbox as an EHR with what it asks for, and an application. */
export async function bringIn(world: SecretWorld): Promise<SecretHouse> {
  const tenants = new Map<string, string>();
  for (const hospital of ['h01', 'h02']) {
    const tenant_id = await made(world, '/v1/tenants', { name: hospital });
    tenants.set(hospital, tenant_id);
    const policy = { tenant_id, interval: 'P90D', overlap: 'P1D', soak: 'PT0S', lead: 'P10D' };
    await world.ask('PUT', '/v1/rotation-policies', { body: policy });
  }
  const applicationId = await made(world, '/v1/applications', {
    name: 'Care Gaps',
    client_metadata: { client_name: 'Care Gaps' },
    required_scopes: SCOPES,
  });
  const ehrs: { id: string; server: ServerListing; tenantId: string | undefined }[] = [];
  for (const server of await world.stack.sandbox.servers()) {
    const tenantId = tenants.get(server.hospital ?? '');
    const simulated = ['curity', 'ibm', 'oauth_overlap'].includes(server.vendor) ? { vendor: server.vendor } : {};
    const quirks =
      server.vendor === 'oauth_overlap' ? { quirks: { secret_overlap: true, read_rotates: { rat: false, secret: false } } } : {};
    const ehr = { name: `${server.vendor} ${server.hospital ?? ''}`, environment: 'sandbox', fhir_base_url: server.fhir_base_url };
    const id = await made(world, '/v1/ehrs', { ...ehr, ...simulated, ...quirks, ...(tenantId ? { tenant_id: tenantId } : {}) });
    const token = tokenOf(server) as { value?: string; client_credentials?: { client_secret: string } } | undefined;
    world.know('an initial access token', token?.value);
    world.know('the secret of a client that fetches tokens', token?.client_credentials?.client_secret);
    if (token) await made(world, `/v1/ehrs/${id}/initial-access-tokens`, token);
    if (server.shared) {
      const override = {
        grant_types: ['authorization_code'],
        response_types: ['code'],
        redirect_uris: ['https://care-gaps.example/callback'],
      };
      await world.ask('PUT', `/v1/applications/${applicationId}/ehrs/${id}`, {
        body: { client_metadata: { ...override, scope: 'openid launch' } },
      });
    }
    ehrs.push({ id, server, tenantId });
  }
  return { applicationId, tenants, ehrs };
}

/** Registers at every server for every hospital that it is of, with the authentication method that comes of it. */
export async function registerEverywhere(world: SecretWorld, house: SecretHouse): Promise<ShownRegistration[]> {
  const all = [...house.tenants.values()];
  const pairs = house.ehrs.flatMap(({ id, tenantId }) => (tenantId === undefined ? all : [tenantId]).map((tenant) => ({ id, tenant })));
  return Promise.all(
    pairs.map(async ({ id, tenant }) => {
      const body = { application_id: house.applicationId, ehr_id: id, tenant_id: tenant };
      const answer = await world.ask<{ id: string }>('POST', '/v1/registrations', { body });
      return settled(world.stack, answer.body.id);
    }),
  );
}

/** What services ask for, and what people look at. */
export async function useAndRead(world: SecretWorld, registrations: readonly { readonly id: string }[]): Promise<void> {
  for (const { id } of registrations) {
    const of = `/v1/registrations/${id}`;
    const give = (what: string, gives: string, body: object = {}) =>
      // What is kept for a repetition must not hold it either.
      world.ask('POST', `${of}/${what}`, { body, gives, headers: { 'idempotency-key': `${what}-${id}` } });
    await give('token', 'access_token');
    await give('client-assertion', 'client_assertion');
    await give('reveal', 'client_secret', { reason: 'To look for it everywhere' });
    for (const part of ['', '/attempts', '/credentials', '/worksheet', '/support-bundle']) await world.ask('GET', `${of}${part}`);
  }
}

/** Every change that a registration lives through, in turn; whatever comes of each. */
export async function change(world: SecretWorld, { id }: { readonly id: string }): Promise<void> {
  const of = `/v1/registrations/${id}`;
  const steps: [string, string, object?][] = [
    ['PATCH', of, { client_metadata: { contacts: ['ops@care-gaps.example'] } }],
    ['POST', `${of}/verify`],
    ['POST', `${of}/sync`],
    ['POST', `${of}/rotate`, {}],
    ['POST', `${of}/rollback`],
    ['POST', `${of}/rotate`, { reason: 'compromised', immediate: true }],
    ['POST', `${of}/suspend`, { reason: 'for a moment' }],
    ['POST', `${of}/resume`],
  ];
  for (const [method, path, body] of steps) {
    await world.ask(method, path, body === undefined ? {} : { body });
    await world.ended(id);
  }
}

/** Clients that somebody made by hand, with their secrets: some are taken in, some refused, by JSON and by CSV. */
export async function imported(world: SecretWorld, house: SecretHouse): Promise<void> {
  const keys = await generateKeyPair('ES384', { extractable: true });
  const jwk = { ...(await exportJWK(keys.privateKey)), kid: 'by-hand' };
  const secrets = { a: 'imported secret "with/quotes" +9f31', b: 'refused-secret-of-a-row-77c0', pem: await exportPKCS8(keys.privateKey) };
  for (const [name, text] of Object.entries({ ...secrets, d: jwk.d ?? '', pemBody: secrets.pem.split('\n')[1] ?? '' }))
    world.know(`an imported secret (${name})`, text);
  world.know('an imported registration access token', 'imported-rat-5b1f0c9a7d');
  const ehr = house.ehrs.find(({ server }) => server.vendor === 'summit' && server.hospital === 'h01');
  const row = (ref: string, more: object) => {
    const place = { tenant_id: ehr?.tenantId, ehr_id: ehr?.id, application_id: house.applicationId, environment: 'sandbox' };
    return { ref, ...place, client_id: `by-hand-${ref}`, ...more };
  };
  const control = {
    registration_client_uri: 'https://elsewhere.example/clients/1',
    registration_access_token: 'imported-rat-5b1f0c9a7d',
  };
  const rows = [
    row('a', { client_secret: secrets.a, ...control }),
    row('b', { client_secret: [secrets.b] }),
    row('c', { client_secret: secrets.b, environment: 'production' }),
    row('d', { private_key: jwk, client_metadata: { client_secret: secrets.b } }),
    row('e', { private_key: secrets.pem, evidence: 'by hand' }),
  ];
  for (const query of ['?dry_run=true', '']) await world.ask('POST', `/v1/registrations/import${query}`, { body: { rows } });
  const csv = `ref,client_id,client_secret,environment\nx,by-hand-x,${secrets.b},sandbox\ny,"${secrets.b}`;
  await world.ask('POST', '/v1/registrations/import', { body: csv, headers: { 'content-type': 'text/csv' } });
}

/** A client of a portal, with a wrong secret first. */
export async function portal(world: SecretWorld, house: SecretHouse): Promise<void> {
  const summit = house.ehrs.find(({ server }) => server.vendor === 'summit' && server.hospital === 'h01')?.server;
  const configuration = await (await fetch(`${summit?.fhir_base_url}/.well-known/smart-configuration`)).json();
  const { registration_endpoint: endpoint } = configuration as { registration_endpoint: string };
  const tenant_id = await made(world, '/v1/tenants', { name: 'Lakeside' });
  const base = { environment: 'sandbox', registration_mode: 'portal', tenant_id };
  const ehr_id = await made(world, '/v1/ehrs', { name: 'By portal', ...base, fhir_base_url: `${summit?.fhir_base_url}?by=portal` }).catch(
    () => made(world, '/v1/ehrs', { name: 'By portal', ...base, issuer: summit?.issuer }),
  );
  const application_id = await made(world, '/v1/applications', {
    name: 'By portal',
    client_metadata: { client_name: 'By portal', token_endpoint_auth_method: 'client_secret_basic' },
    required_scopes: SCOPES,
  });
  const { body } = await world.ask<{ id: string }>('POST', '/v1/registrations', {
    body: { tenant_id, ehr_id, application_id },
    headers: WAIT,
  });
  const metadata = { client_name: 'By portal', token_endpoint_auth_method: 'client_secret_basic', grant_types: ['client_credentials'] };
  const answer = await fetch(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...metadata, response_types: [], redirect_uris: [], scope: SCOPES.join(' ') }),
  });
  const client = (await answer.json()) as { client_id: string; client_secret: string };
  world.know('a secret of a portal', client.client_secret);
  world.know('a wrong secret of a portal', 'wrong secret "of" a/portal+31fd');
  const complete = (client_secret: string) =>
    world.ask('POST', `/v1/registrations/${body.id}/complete`, {
      body: { client_id: client.client_id, client_secret, evidence: 'ticket 12' },
      headers: WAIT,
    });
  await complete('wrong secret "of" a/portal+31fd');
  await world.ended(body.id);
  await complete(client.client_secret);
  await world.ended(body.id);
  await useAndRead(world, [body]);
}

/** Statements, tokens and clients that fetch tokens: uploaded, signed here, refused. */
export async function credentialsOfEhrs(world: SecretWorld, house: SecretHouse): Promise<void> {
  const ehr = house.ehrs.find(({ server }) => server.vendor === 'meadow' && server.hospital === 'h01');
  const { privateKey } = await generateKeyPair('ES384');
  const claims = { software_id: 'care-gaps', client_name: 'Care Gaps' };
  const signed = new SignJWT(claims).setProtectedHeader({ alg: 'ES384', kid: '1' }).setIssuer('https://issuer.example').setIssuedAt();
  const statement = await signed.setExpirationTime('10d').sign(privateKey);
  world.know('a software statement', statement);
  world.know('a refused software statement', 'refused-statement.of-5d41402a.bc4b2a76');
  const statements = `/v1/ehrs/${ehr?.id}/software-statements`;
  const application_id = house.applicationId;
  await world.ask('POST', statements, { body: { value: statement, application_id } });
  await world.ask('POST', statements, { body: { value: 'refused-statement.of-5d41402a.bc4b2a76', application_id } });
  await world.ask('POST', statements, { body: { issue: { application_id } } });
  await world.ask('GET', statements);
  const secret = 'secret-of-a-token-client-0cc175b9';
  world.know('the secret of a client that fetches tokens', secret);
  const tokens = `/v1/ehrs/${ehr?.id}/initial-access-tokens`;
  const { body } = await world.ask<{ id: string }>('POST', tokens, {
    body: { client_credentials: { client_id: 'c', client_secret: secret, scope: 'register' } },
  });
  await world.ask('GET', tokens);
  await world.ask('DELETE', `${tokens}/${body.id}`);
  for (const { id } of house.ehrs) await world.ask('GET', `/v1/ehrs/${id}/initial-access-tokens`);
}

/** Deregistered one by one, then whole hospitals, with their keys. */
export async function leave(world: SecretWorld, house: SecretHouse, registrations: readonly ShownRegistration[]): Promise<void> {
  await Promise.all(
    registrations.slice(0, 4).map(async ({ id }) => {
      await world.ask('DELETE', `/v1/registrations/${id}`);
      await world.ended(id);
    }),
  );
  const approver = await world.ask<{ key: string }>('POST', '/v1/api-keys', {
    body: { name: 'second owner', role: 'owner' },
    gives: 'key',
  });
  const of = `/v1/tenants/${house.tenants.get('h02')}`;
  await world.ask('POST', `${of}/offboard?dry_run=true`, { body: {} });
  await world.ask('POST', `${of}/offboard`, { body: { reason: 'it leaves', waiver: 'what is unknown is looked after by hand' } });
  await until('the off-boarding to end', async () => {
    const { body } = await world.stack.call<{ status: string }>('GET', `${of}/offboarding`);
    return body.status === 'done';
  });
  await world.ask('POST', `${of}/offboard/shred`, { key: approver.body.key });
  await world.ask('GET', `${of}/offboarding`);
}
