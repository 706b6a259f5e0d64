import { exportJWK, generateKeyPair } from 'jose';
import { expect } from 'vitest';
import type { Observed } from './observer.js';
import { until } from './part.js';
import { startStack, type Stack } from './stack.js';

/** Where the clients of a portfolio are, and how many of them: keys at a server that takes updates, keys at a portal, secrets. */
export interface Portfolio {
  readonly updatable: number;
  readonly portal: number;
  readonly secrets: number;
}
type Part = keyof Portfolio;

/** Registrations that were imported and proven, with both clocks in one's own hand. */
export interface ImportedHouse {
  readonly stack: Stack;
  readonly ehrs: Readonly<Record<Part, string>>;
  readonly observed: readonly (Observed & { readonly part: Part })[];
  /** Business time. */
  now(): Date;
  /** Moves both clocks. */
  advance(ms: number): Promise<void>;
}

const VENDORS: Readonly<Record<Part, string>> = { updatable: 'hydra', portal: 'portal', secrets: 'oauth_overlap' };
const SCOPE = 'system/Patient.rs';
const APPLICATIONS = 10;
const AT_ONCE = 16;

interface ByHand {
  readonly client_id: string;
  readonly client_secret?: string;
  readonly registration_access_token?: string;
  readonly registration_client_uri?: string;
}

/** Somebody registered these clients by hand, each with a credential of its own; they are imported by one call, and proven. */
export async function importedHouse(portfolio: Portfolio): Promise<ImportedHouse> {
  const stack = await startStack({
    movableClock: true,
    sandboxEnv: { SANDBOX_HOSPITALS: '1', SANDBOX_VENDORS: 'none', SANDBOX_SIMULATE: Object.values(VENDORS).join(',') },
    env: { SWEEP_INTERVAL_MS: '200', PROOF_LADDER_MS: '0,100,200' },
  });
  try {
    return await imported(stack, portfolio);
  } catch (error) {
    await stack.stop();
    throw error;
  }
}

async function imported(stack: Stack, portfolio: Portfolio): Promise<ImportedHouse> {
  let ahead = 0;
  stack.moveClock(ahead);
  const create = async (path: string, body: object): Promise<string> => {
    const answer = await stack.call<{ id: string }>('POST', path, { body });
    expect(answer, JSON.stringify(answer.body)).toMatchObject({ status: 201 });
    return answer.body.id;
  };
  const hospitals = Math.ceil(Math.max(portfolio.updatable, portfolio.portal, portfolio.secrets) / APPLICATIONS);
  const tenants = await inTurn(hospitals, (number) => create('/v1/tenants', { name: `Hospital ${number}` }));
  const applications = await inTurn(APPLICATIONS, (number) =>
    create('/v1/applications', { name: `App ${number}`, client_metadata: { client_name: `App ${number}` }, required_scopes: [SCOPE] }),
  );
  const rows: object[] = [];
  const refs = new Map<string, { part: Part; clientId: string; tokenEndpoint: string }>();
  const ehrs = {} as Record<Part, string>;
  for (const part of Object.keys(VENDORS) as Part[]) {
    const [server] = await stack.sandbox.servers({ vendor: VENDORS[part] });
    const base = server?.fhir_base_url ?? '';
    const ehr = {
      name: part,
      environment: 'sandbox',
      vendor: VENDORS[part],
      fhir_base_url: base,
      limits: { max_in_flight: 32, per_second: 1_000 },
    };
    // The secret of before works on for an hour there, and this much is known of the server.
    const quirks = {
      updatable: { jwks_cache_ms: 300_000 },
      portal: {},
      secrets: { secret_overlap: true, read_rotates: { rat: false, secret: false } },
    };
    const mode = part === 'portal' ? { registration_mode: 'portal' } : {};
    ehrs[part] = await create('/v1/ehrs', { ...ehr, ...mode, quirks: quirks[part] });
    const policy = { ehr_id: ehrs[part], interval: 'P90D', overlap: 'PT30M', soak: 'PT0S', lead: 'P10D' };
    expect(await stack.call('PUT', '/v1/rotation-policies', { body: policy })).toMatchObject({ status: 200 });
    const known = (await (await fetch(`${base}/.well-known/smart-configuration`)).json()) as Record<string, string>;
    const made = await inTurn(portfolio[part], async (number) => {
      const key = part === 'secrets' ? undefined : await newKey();
      const client = await byHand(stack, part, known['registration_endpoint'] ?? '', key?.publicJwk);
      const ref = `${part} ${number}`;
      refs.set(ref, { part, clientId: client.client_id, tokenEndpoint: known['token_endpoint'] ?? '' });
      const place = { tenant_id: tenants[Math.floor(number / APPLICATIONS)], application_id: applications[number % APPLICATIONS] };
      const credential = key ? { private_key: key.privateJwk } : { client_secret: client.client_secret };
      const { registration_access_token: token, registration_client_uri: uri } = client;
      const control = token === undefined ? {} : { registration_access_token: token, registration_client_uri: uri };
      return { ref, ...place, ehr_id: ehrs[part], environment: 'sandbox', client_id: client.client_id, ...credential, ...control };
    });
    rows.push(...made);
  }
  const answer = await stack.call<{ counts: object; rows: { ref: string; registration_id: string }[] }>(
    'POST',
    '/v1/registrations/import',
    {
      body: { rows },
    },
  );
  expect(answer.body.counts, JSON.stringify(answer.body).slice(0, 2_000)).toMatchObject({ created: rows.length, refused: 0 });
  await until(
    'every one of them to be proven',
    async () => {
      const [left] = await stack.query<{ count: number }>(`SELECT count(*)::integer AS count FROM registrations WHERE status <> 'active'`);
      return left?.count === 0;
    },
    120_000,
  );
  const observed = answer.body.rows.map(({ ref, registration_id: id }) => {
    const found = refs.get(ref);
    if (!found) throw new Error(`No row is called ${ref}`);
    return { id, ...found, by: found.part === 'secrets' ? ('secret' as const) : ('assertion' as const) };
  });
  return {
    stack,
    ehrs,
    observed,
    now: () => new Date(Date.now() + ahead),
    async advance(ms) {
      ahead += ms;
      stack.moveClock(ahead);
      await stack.sandbox.simulator.clock({ advance_ms: ms });
    },
  };
}

async function newKey() {
  const { privateKey, publicKey } = await generateKeyPair('ES384', { extractable: true });
  const named = { kid: `by-hand-${Math.random().toString(36).slice(2)}`, alg: 'ES384', use: 'sig' };
  return { privateJwk: { ...(await exportJWK(privateKey)), ...named }, publicJwk: { ...(await exportJWK(publicKey)), ...named } };
}

/** A client as a person registers it, with the key itself: nobody hosts a key set for it yet. */
async function byHand(stack: Stack, part: Part, endpoint: string, key: object | undefined): Promise<ByHand> {
  const method = key ? 'private_key_jwt' : 'client_secret_basic';
  const metadata = {
    client_name: 'By hand',
    scope: SCOPE,
    grant_types: ['client_credentials'],
    response_types: [],
    token_endpoint_auth_method: method,
    ...(key ? { token_endpoint_auth_signing_alg: 'ES384', jwks: { keys: [key] } } : {}),
  };
  if (part === 'portal') return stack.sandbox.simulator.enterClient({ vendor: VENDORS.portal, hospital: 'h01', active: true, metadata });
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(endpoint, { method: 'POST', headers, body: JSON.stringify(metadata) });
  expect(answer.status).toBe(201);
  return (await answer.json()) as ByHand;
}

/** Makes so many, some at once, in their order. */
async function inTurn<T>(count: number, make: (number: number) => Promise<T>): Promise<T[]> {
  const made: T[] = [];
  const part = (from: number) =>
    Promise.all(Array.from({ length: Math.min(AT_ONCE, count - from) }, (_, index): Promise<T> => make(from + index)));
  for (let from = 0; from < count; from += AT_ONCE) made.push(...(await part(from)));
  return made;
}
