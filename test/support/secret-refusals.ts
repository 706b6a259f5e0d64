import { settled } from './onboarding.js';
import { made, type SecretHouse } from './secret-flows.js';
import type { SecretWorld } from './secret-world.js';
import type { Heard, Lie, Site } from '../hostile/lying-server.js';
import { send } from '../hostile/lying-server.js';

/** What a token endpoint may say of a patient and of whoever signed in; a client of a service never asked. */
const CONTEXT = {
  patient: 'patient-7d793037a0760186',
  encounter: 'encounter-574b0d2f1c9e8831',
  fhirUser: 'https://ehr.example/Practitioner/practitioner-5f93f983524def3d',
  id_token: `eyJhbGciOiJub25lIn0.${Buffer.from(JSON.stringify({ sub: 'subject-a87ff679a2f3e71d', name: 'Pat Ient of Lakeside' })).toString('base64url')}.`,
};

/** Servers that repeat in their refusals whatever they were sent, at every endpoint in turn, for every way of authenticating. */
export async function lyingServers(world: SecretWorld): Promise<void> {
  for (const [name, value] of Object.entries(CONTEXT)) world.know(`what is told of a patient: ${name}`, value);
  world.know('what is told of a patient: sub', 'subject-a87ff679a2f3e71d');
  world.know('what is told of a patient: name', 'Pat Ient of Lakeside');
  await Promise.all(['client_secret_basic', 'client_secret_post', 'private_key_jwt'].map((method) => lyingServer(world, method)));
}

async function lyingServer(world: SecretWorld, method: string): Promise<void> {
  const site = world.lying.site(method);
  site.metadata = { token_endpoint_auth_methods_supported: [method], token_endpoint_auth_signing_alg_values_supported: ['ES384'] };
  const tenant_id = await made(world, '/v1/tenants', { name: method });
  const ehr_id = await made(world, '/v1/ehrs', { name: method, environment: 'sandbox', fhir_base_url: site.base, tenant_id });
  const guard = `guards-registration-${method}-eccbc87e`;
  world.know('an initial access token', guard);
  await made(world, `/v1/ehrs/${ehr_id}/initial-access-tokens`, { value: guard });
  const application_id = await made(world, '/v1/applications', {
    name: method,
    client_metadata: { client_name: method, token_endpoint_auth_method: method, grant_types: ['client_credentials'] },
    required_scopes: ['system/Patient.rs'],
  });
  const pair = { tenant_id, ehr_id, application_id };
  site.lies('register', echoing(400));
  const first = await world.ask<{ id: string }>('POST', '/v1/registrations', { body: pair });
  await settled(world.stack, first.body.id);
  site.lies('register', undefined);
  site.lies('token', withContext());
  await world.ask('POST', `/v1/registrations/${first.body.id}/retry`);
  const { id } = await settled(world.stack, first.body.id);
  const of = `/v1/registrations/${id}`;
  await world.ask('POST', `${of}/token`, { body: {}, gives: 'access_token' });
  knowWhatWasSent(world, site);
  for (const endpoint of ['token', 'manage'] as const) {
    site.lies(endpoint, echoing(401));
    for (const [verb, path, body] of [
      ['POST', `${of}/token`, { scope: 'system/Observation.rs' }],
      ['POST', `${of}/verify`],
      ['PATCH', of, { client_metadata: { contacts: [`${endpoint}@care-gaps.example`] } }],
      ['POST', `${of}/sync`],
      ['POST', `${of}/rotate`, {}],
    ] as const) {
      await world.ask(verb, path, body === undefined ? {} : { body });
      await world.ended(id);
    }
    site.lies(endpoint, undefined);
  }
  site.lies('manage', echoing(403));
  await world.ask('DELETE', of);
  await world.ended(id);
  for (const part of ['', '/attempts', '/credentials', '/support-bundle']) await world.ask('GET', `${of}${part}`);
  knowWhatWasSent(world, site);
}

/** Refuses, and says what it refused: the header, what is in it, and the form. */
function echoing(status: number): Lie {
  return (heard, socket) => {
    const { secrets } = secretsOf(heard);
    const words = `no: ${secrets.join(' ')} ${heard.headers['authorization'] ?? ''}`;
    const body = JSON.stringify({
      error: 'invalid_client',
      error_description: words,
      error_uri: `https://ehr.example/?${secrets.join('&')}`,
    });
    send(socket, { status, body, headers: { 'x-request-id': `7 ${secrets[0] ?? ''}`, 'www-authenticate': `Bearer error="${words}"` } });
  };
}

function withContext(): Lie {
  return (_heard, socket, sound) => {
    const answer = sound();
    send(socket, { ...answer, body: JSON.stringify({ ...(JSON.parse(answer.body) as object), ...CONTEXT }) });
  };
}

/** The secrets of a request: of its Authorization header, opened where it is Basic, and of its form. */
function secretsOf({ headers, body }: Heard): { readonly secrets: string[] } {
  const [scheme, value = ''] = (headers['authorization'] ?? '').split(' ');
  const opened = scheme === 'Basic' ? Buffer.from(value, 'base64').toString().split(':').slice(1).map(decodeURIComponent) : [];
  const form = new URLSearchParams(body.startsWith('{') ? '' : body);
  const named = ['client_secret', 'client_assertion'].flatMap((name) => form.get(name) ?? []);
  return { secrets: [...(value === '' ? [] : [value]), ...opened, ...named] };
}

function knowWhatWasSent(world: SecretWorld, site: Site): void {
  for (const heard of site.heard) for (const secret of secretsOf(heard).secrets) world.know('what a server was sent', secret);
  for (const { secret, token } of site.clients) {
    world.know('a secret that a server made', secret);
    world.know('a registration access token that a server made', token);
  }
}

/** Secrets that arrive where they do not belong, in bodies, paths, queries and headers that are refused. */
export async function misplaced(world: SecretWorld, house: SecretHouse): Promise<void> {
  const secret = 'misplaced-secret-5d41402abc4b2a76';
  world.know('a secret that was refused', secret);
  // Given once: what is kept for a repetition does not hold it.
  const key = { body: { name: 'second', role: 'service' }, gives: 'key', headers: { 'idempotency-key': 'a-second-key' } };
  const { body } = await world.ask<{ key: string }>('POST', '/v1/api-keys', key);
  await world.ask('POST', '/v1/api-keys', key);
  const ehr = `/v1/ehrs/${house.ehrs[0]?.id}`;
  const tokens = `${ehr}/initial-access-tokens`;
  await world.ask('POST', tokens, { body: { value: secret, client_secret: secret } });
  await world.ask('POST', tokens, { body: { value: [secret] } });
  await world.ask('POST', '/v1/applications', { body: { name: 'x', client_metadata: { client_name: 'x', client_secret: secret } } });
  await world.ask('POST', '/v1/tenants', { body: `{"name": "${secret}` });
  await world.ask('PUT', `${ehr}/transport`, { body: { client_certificate: { certificate: 'none', private_key: secret } } });
  await world.ask('POST', '/v1/tenants', { body: { name: 'x' }, headers: { 'idempotency-key': secret.repeat(9) } });
  await world.ask('GET', '/v1/tenants', { key: `${body.key.slice(0, -1)}x` });
  await world.ask('POST', '/v1/tenants', { body: { name: 'x' }, key: body.key });
}

/** Whatever the API lists. */
export async function readAll(world: SecretWorld): Promise<void> {
  for (const noun of ['api-keys', 'tenants', 'ehrs', 'applications', 'connections', 'registrations', 'operations', 'approvals', 'orphans'])
    await world.ask('GET', `/v1/${noun}`);
  for (const noun of ['audit-events', 'events']) await world.ask('GET', `/v1/${noun}?limit=200`);
  await world.ask('GET', '/v1/audit-events/verify');
}
