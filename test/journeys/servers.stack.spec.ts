import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PRODUCT_NAMES } from '../../apps/sandbox/src/simulator/product-names.js';
import { startStack, until, type Stack } from '../support/index.js';
import { tokenOf } from '../support/rotation-world.js';

type Product = (typeof PRODUCT_NAMES)[number];

/** Where a product differs from: registered by itself, updated by PUT, and compared by a read. */

/** Where a product differs from: registered by itself, updated by PUT, compared by a read, rotated, and deleted. */
interface Row {
  /** Left in another status than active, and looked at by a person. */
  readonly registered?: string;
  /** The code of the problem of an update; left out, it succeeds. */
  readonly update?: string;
  /** By what it is compared. */
  readonly sync?: 'compare_token';
  /** How a key is rotated; left out, it is published and fetched. */
  readonly key?: readonly string[];
  /** How a secret is rotated; left out, another client takes the place of the old one. */
  readonly secret?: readonly string[];
  /** Why clients stay at the server until a person removes them; left out, they are deleted. */
  readonly left?: string;
}

const BY_PERSON = 'delete_not_supported';
const HOSTED = ['publish_successor', 'soak', 'prove_successor'];
const SWAP = ['register', 'prove_successor'];
const READ = ['announce_gap', 'issue_by_read'];
const UPDATE = ['announce_gap', 'issue_by_update'];
const PROVE = ['prove_successor'];

const ROWS: Record<Exclude<Product, 'portal'>, Row> = {
  'node-oidc-provider': {},
  keycloak: {},
  hydra: {},
  spring: { registered: 'action_required', left: BY_PERSON },
  duende: { update: 'registrations.unmanageable', sync: 'compare_token', key: SWAP, left: BY_PERSON },
  mitreid: { sync: 'compare_token' },
  curity: { sync: 'compare_token', secret: [...READ, ...PROVE] },
  ibm: { secret: [...UPDATE, ...PROVE] },
  pingam: {},
  // Nobody knows what it issues: both are asked, before another client is registered.
  pingfederate: { sync: 'compare_token', secret: [...READ, ...UPDATE, ...SWAP] },
  okta: { update: 'registrations.unmanageable', sync: 'compare_token', left: BY_PERSON },
  wso2: { update: 'registrations.unmanageable', sync: 'compare_token', left: BY_PERSON },
  auth0: { update: 'registrations.unmanageable', sync: 'compare_token', left: BY_PERSON },
  cognito: { update: 'registrations.unmanageable', sync: 'compare_token', left: 'registration_access_token_lost' },
  janssen: {},
  glewlwyd: { secret: [...UPDATE, ...PROVE] },
  authlib: {},
  oauth_overlap: { sync: 'compare_token', secret: [...READ, ...UPDATE, ...PROVE] },
};
const PRODUCTS = Object.keys(ROWS) as (keyof typeof ROWS)[];
const METHODS = { key: {}, secret: { token_endpoint_auth_method: 'client_secret_basic' } };
type Method = keyof typeof METHODS;

interface Operation {
  id: string;
  kind: string;
  status: string;
  problem: { code: string } | null;
  steps: { name: string }[];
}
interface Shown {
  id: string;
  status: string;
  client_id: string;
  drift: string;
  problem: object | null;
  residue: { client_id: string; reason: string }[];
  operation: Operation;
}
interface House {
  readonly tenantId: string;
  readonly ehrId: string;
}

const DAY = 86_400_000;
const STOPPED = ['succeeded', 'failed', 'cancelled', 'action_required', 'outcome_unknown'];

let stack: Stack;
let ahead = 0;
const houses = new Map<Product, House>();
const applications = new Map<Method, string>();
/** As the product's registration last stood. */
const standing = new Map<string, Shown>();
const of = (product: Product, method: Method): Shown => {
  const shown = standing.get(`${product} ${method}`);
  if (!shown) throw new Error(`Nothing was registered at ${product}`);
  return shown;
};

beforeAll(async () => {
  const sandboxEnv = { SANDBOX_VENDORS: 'none', SANDBOX_SIMULATE: 'all', SANDBOX_HOSPITALS: '1' };
  stack = await startStack({ movableClock: true, sandboxEnv, env: { SWEEP_INTERVAL_MS: '100', PROOF_LADDER_MS: '0,100,200' } });
  stack.moveClock(ahead);
  for (const [method, metadata] of Object.entries(METHODS)) {
    const body = { name: method, client_metadata: { client_name: 'Care Gaps', ...metadata }, required_scopes: ['system/Patient.rs'] };
    applications.set(method as Method, (await create('/v1/applications', body)).id);
  }
  await Promise.all(PRODUCTS.map(async (product) => houses.set(product, await hospital(product))));
});
afterAll(() => stack.stop());

async function create(path: string, body: object): Promise<{ id: string }> {
  const answer = await stack.call<{ id: string }>('POST', path, { body });
  expect(answer, JSON.stringify(answer.body)).toMatchObject({ status: 201 });
  return answer.body;
}

/** A hospital of its own with that product's server, and what registering there takes. */
async function hospital(product: Product): Promise<House> {
  const [server] = await stack.sandbox.servers({ vendor: product });
  const tenantId = (await create('/v1/tenants', { name: `Hospital ${product}` })).id;
  const ehr = { name: product, vendor: product, environment: 'sandbox', fhir_base_url: server?.fhir_base_url };
  const ehrId = (await create('/v1/ehrs', { ...ehr, limits: { per_second: 1_000 } })).id;
  const policy = { tenant_id: tenantId, interval: 'P90D', overlap: 'PT1H', soak: 'PT0S', lead: 'P10D' };
  expect(await stack.call('PUT', '/v1/rotation-policies', { body: policy })).toMatchObject({ status: 200 });
  const token = { ...server, ...(server?.admin_token === undefined ? {} : { initial_access_token: server.admin_token }) };
  const offered = tokenOf(token);
  if (offered) await create(`/v1/ehrs/${ehrId}/initial-access-tokens`, offered);
  // One for each registration, and for each client that takes another's place.
  for (const value of product === 'glewlwyd' ? await Promise.all([mint(product), mint(product)]) : [])
    await create(`/v1/ehrs/${ehrId}/initial-access-tokens`, { value });
  return { tenantId, ehrId };
}

const mint = (vendor: Product) => stack.sandbox.simulator.mint({ vendor, hospital: 'h01' });
const waiting = { prefer: 'wait=30' };
const truth = (vendor: string) => stack.sandbox.ledger({ vendor });
const living = async (vendor: string) => (await truth(vendor)).filter((entry) => entry.deleted_at === null).map((entry) => entry.client_id);
const read = async (id: string) => (await stack.call<Shown>('GET', `/v1/registrations/${id}`)).body;
const operation = async (id: string) => (await stack.call<Operation>('GET', `/v1/operations/${id}`)).body;

/** Does it with every registration of both methods at once, and keeps how each stands then. */
async function withEach(doing: (shown: Shown, product: Product, method: Method) => Promise<Shown>): Promise<void> {
  const each = PRODUCTS.flatMap((product) => (['key', 'secret'] as const).map((method) => [product, method] as const));
  await Promise.all(
    each.map(async ([product, method]) => standing.set(`${product} ${method}`, await doing(of(product, method), product, method))),
  );
}
const active = (doing: (shown: Shown) => Promise<Shown>) =>
  withEach((shown) => (shown.status === 'active' ? doing(shown) : Promise.resolve(shown)));

/** Both clocks go on. */
async function advance(ms: number): Promise<void> {
  ahead += ms;
  stack.moveClock(ahead);
  await stack.sandbox.simulator.clock({ advance_ms: ms });
}

const eventually = <T>(what: string, look: () => Promise<T | undefined | false>) => until(what, look, 90_000);

/** Nothing is under way any more, and nothing is due at this time. */
const quiet = () =>
  eventually('what is under way to end', async () => {
    const [open] = await stack.query<{ count: number }>(
      `SELECT (SELECT count(*) FROM operations WHERE status IN ('queued', 'running') OR status = 'waiting' AND waiting->>'reason' <> 'soak')::integer
            + (SELECT count(*) FROM credentials WHERE stage = 'previous' AND retire_at <= $1)::integer AS count`,
      [new Date(Date.now() + ahead)],
    );
    return open?.count === 0;
  });

describe('registering (protocol.md C)', () => {
  beforeAll(async () => {
    for (const product of PRODUCTS) for (const method of ['key', 'secret'] as const) standing.set(`${product} ${method}`, {} as Shown);
    await withEach(async (_, product, method) => {
      const house = houses.get(product);
      const body = { tenant_id: house?.tenantId, ehr_id: house?.ehrId, application_id: applications.get(method) };
      return (await stack.call<Shown>('POST', '/v1/registrations', { body, headers: waiting })).body;
    });
  });

  it.each(PRODUCTS)('%s has a client with a key and one with a secret, and both books agree', async (product) => {
    const [key, secret] = [of(product, 'key'), of(product, 'secret')];
    expect(key, JSON.stringify(key.problem)).toMatchObject({ status: ROWS[product].registered ?? 'active' });
    expect(secret, JSON.stringify(secret.problem)).toMatchObject({ status: ROWS[product].registered ?? 'active' });
    expect((await living(product)).sort()).toEqual([key.client_id, secret.client_id].sort());
  });
});

describe('updating and comparing', () => {
  const updates = new Map<string, Operation>();
  const syncs = new Map<string, Operation>();
  beforeAll(async () => {
    await active(async ({ id }) => {
      const body = { client_metadata: { client_name: 'Care Gaps 2' } };
      const updated = (await stack.call<Shown>('PATCH', `/v1/registrations/${id}`, { body, headers: waiting })).body;
      updates.set(id, await operation(updated.operation.id));
      const synced = (await stack.call<Shown>('POST', `/v1/registrations/${id}/sync`, { headers: waiting })).body;
      syncs.set(id, await operation(synced.operation.id));
      return synced;
    });
  });

  it.each(PRODUCTS)('%s takes the name, or says why not; no drift is left, and a token is to be had', async (product) => {
    const { registered, update, sync } = ROWS[product];
    expect(of(product, 'key').status).toBe(registered ?? 'active');
    if (registered !== undefined) return;
    const { id, client_id: clientId, status, drift } = of(product, 'key');
    expect([status, drift]).toEqual(['active', 'none']);
    expect(updates.get(id)).toMatchObject({ kind: 'update', status: update === undefined ? 'succeeded' : 'failed' });
    expect(updates.get(id)?.problem?.code).toBe(update);
    const name = (await truth(product)).find((entry) => entry.client_id === clientId)?.client_name;
    expect(name).toMatch(update === undefined ? /^Care Gaps 2/ : /^Care Gaps(?! 2)/);
    expect(syncs.get(id)?.steps.map((step) => step.name)).toEqual([sync ?? 'compare']);
    expect(await stack.call('POST', `/v1/registrations/${id}/token`, { body: {} })).toMatchObject({ status: 200 });
  });
});

describe('rotating', () => {
  const before = new Map<string, string>();
  const rotations = new Map<string, Operation>();
  beforeAll(async () => {
    await active(async (shown) => {
      before.set(shown.id, shown.client_id);
      return (await stack.call<Shown>('POST', `/v1/registrations/${shown.id}/rotate`, { body: {} })).body;
    });
    await quiet();
    await advance(DAY + 60_000);
    await active(({ id, operation: { id: rotation } }) =>
      eventually(`the rotation of ${id}`, async () => {
        const now = await operation(rotation);
        rotations.set(id, now);
        return STOPPED.includes(now.status) ? read(id) : undefined;
      }),
    );
    // The overlap, a day of cached keys, another until the old one is shown refused, and one where a server took its time.
    for (let days = 0; days < 4; days += 1) {
      await advance(DAY + 3_660_000);
      await quiet();
    }
    await active(({ id }) => read(id));
  }, 180_000);

  it.each(PRODUCTS)('%s has the new key and the new secret, and the old ones are gone (H-01 to H-05)', async (product) => {
    const row = ROWS[product];
    for (const method of ['key', 'secret'] as const) {
      const { id, status, client_id: clientId } = of(product, method);
      if (row.registered !== undefined) {
        expect(await stack.call('POST', `/v1/registrations/${id}/rotate`, { body: {} })).toMatchObject({ status: 409 });
        continue;
      }
      const steps = method === 'key' ? (row.key ?? HOSTED) : (row.secret ?? SWAP);
      const done = rotations.get(id);
      expect(
        done?.steps.map(({ name }) => name),
        JSON.stringify(done),
      ).toEqual(steps);
      expect([status, done?.status]).toEqual(['active', 'succeeded']);
      expect(clientId === before.get(id)).toBe(!steps.includes('register'));
      const { data } = (await stack.call<{ data: { version: number; stage: string }[] }>('GET', `/v1/registrations/${id}/credentials`))
        .body;
      expect(data.map((one) => one.stage)).toEqual(data.map((_, index) => (index === 0 ? 'current' : 'retired')));
      expect(data.length).toBeGreaterThan(1);
      expect(await stack.call('POST', `/v1/registrations/${id}/token`, { body: {} })).toMatchObject({ status: 200 });
    }
  });

  it.each(PRODUCTS)('%s and Registrar have the same clients in their books', async (product) => {
    const shown = [of(product, 'key'), of(product, 'secret')];
    const left = shown.flatMap(({ residue }) => residue.map((one) => one.client_id));
    expect((await living(product)).sort()).toEqual([...shown.map((one) => one.client_id), ...left].sort());
    const replaced = shown.filter(({ id, client_id: now }) => before.has(id) && before.get(id) !== now).map(({ id }) => before.get(id));
    expect(left.sort()).toEqual(ROWS[product].left === undefined ? [] : replaced.sort());
  });
});

describe('deregistering', () => {
  beforeAll(async () => {
    await withEach(async ({ id }) => {
      expect(await stack.call('DELETE', `/v1/registrations/${id}`)).toMatchObject({ status: 202 });
      return eventually(`${id} to be deregistered`, async () => {
        const shown = await read(id);
        return shown.status === 'deregistered' ? shown : undefined;
      });
    });
  });

  it.each(PRODUCTS)('%s has no client left, or those that a person has to remove (B-10, K-44, K-45)', async (product) => {
    const { left } = ROWS[product];
    const shown = [of(product, 'key'), of(product, 'secret')];
    expect(shown.map(({ operation: { kind, status } }) => [kind, status])).toEqual(shown.map(() => ['deregister', 'succeeded']));
    const residue = shown.flatMap((one) => one.residue);
    expect((await living(product)).sort()).toEqual(residue.map((one) => one.client_id).sort());
    const own = shown.map((one) => one.client_id);
    expect(residue.filter((one) => own.includes(one.client_id)).map((one) => one.reason)).toEqual(
      left === undefined ? [] : own.map(() => left),
    );
    const held = await stack.query(
      `SELECT 1 FROM secrets s JOIN credentials k ON k.id = s.subject_id JOIN tenants t ON t.id = k.tenant_id WHERE t.name = $1`,
      [`Hospital ${product}`],
    );
    expect(held).toEqual([]);
  });
});
