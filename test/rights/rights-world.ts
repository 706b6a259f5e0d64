import { randomUUID } from 'node:crypto';
import { parsePublicId, publicId, type IdPrefix } from '@registrar/database';
import { LyingServer, type Site } from '../hostile/lying-server.js';
import { startStack, until, type Answer, type ShownRegistration, type Stack } from '../support/index.js';

/** Where ids of each kind lie, and whether a row is of one hospital. */
const NOUNS = {
  ten: { table: 'tenants', ofTenant: true },
  ehr: { table: 'ehrs', ofTenant: true },
  con: { table: 'connections', ofTenant: true },
  reg: { table: 'registrations', ofTenant: true },
  cred: { table: 'credentials', ofTenant: true },
  op: { table: 'operations', ofTenant: true },
  iat: { table: 'initial_access_tokens', ofTenant: true },
  sst: { table: 'software_statements', ofTenant: true },
  orp: { table: `(SELECT * FROM attempts WHERE status = 'orphaned')`, ofTenant: true },
  apr: { table: 'approvals', ofTenant: true },
  pol: { table: 'rotation_policies', ofTenant: true },
  rot: { table: 'rotation_runs', ofTenant: true },
  app: { table: 'applications', ofTenant: false },
  bat: { table: 'batches', ofTenant: false },
  rol: { table: 'rollouts', ofTenant: false },
  key: { table: 'api_keys', ofTenant: false },
  as: { table: 'authorization_servers', ofTenant: false },
  ws: { table: 'workspaces', ofTenant: false },
} as const satisfies Partial<Record<IdPrefix, { table: string; ofTenant: boolean }>>;

const PATIENCE_MS = 120_000;
const METADATA = { client_name: 'Care Gaps', token_endpoint_auth_method: 'client_secret_basic' };

/** One id of each kind, by what it begins with. */
export type Ids = ReadonlyMap<string, string>;

/** Somebody's hospital with all that can be there, and its server. */
export interface Place {
  readonly site: Site;
  readonly ids: Ids;
  readonly registrationId: string;
}

/**
 * One stack with two workspaces and, in the first, two hospitals; each with a row of whatever has an id in a request. `own` is what
 * the callers under test may see.
 */
export interface RightsWorld {
  readonly stack: Stack;
  /** A key for the hospital of `own` alone. */
  readonly boundKey: string;
  /** The other workspace's owner. */
  readonly otherKey: string;
  readonly own: Place;
  readonly otherTenant: Place;
  readonly otherWorkspace: Place;
  /** A key of the first workspace, or of this owner's. */
  key(role: string, more?: object, owner?: string): Promise<string>;
  stop(): Promise<void>;
}

export async function rightsWorld(): Promise<RightsWorld> {
  const lying = await LyingServer.start();
  const stack = await startStack({
    sandbox: false,
    movableClock: true,
    env: { PROOF_LADDER_MS: '0,200', SWEEP_INTERVAL_MS: '200', OUTBOUND_ALLOW: '127.0.0.1', LOG_LEVEL: 'warn' },
  });
  const made = async <Body>(key: string, path: string, body: object, method = 'POST'): Promise<Body> => {
    const answer = await stack.call<Body>(method, path, { key, body });
    if (answer.status >= 300) throw new Error(`${method} ${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const key = async (role: string, more: object = {}, owner = stack.ownerKey) =>
    (await made<{ key: string }>(owner, '/v1/api-keys', { name: role, role, ...more })).key;

  const application = async (owner: string) => {
    const body = { name: 'Care Gaps', client_metadata: { ...METADATA, software_id: randomUUID() }, required_scopes: ['system/Patient.rs'] };
    return (await made<{ id: string }>(owner, '/v1/applications', body)).id;
  };

  const place = async (name: string, owner: string, applicationId: string): Promise<Place> => {
    const site = lying.site(name);
    const { id: tenantId } = await made<{ id: string }>(owner, '/v1/tenants', { name: `Hospital ${name}` });
    const ehr = { name, environment: 'sandbox', fhir_base_url: site.base, tenant_id: tenantId };
    const { id: ehrId } = await made<{ id: string }>(owner, '/v1/ehrs', ehr);
    const wanted = { tenant_id: tenantId, ehr_id: ehrId, application_id: applicationId };
    const { id: registrationId } = await made<{ id: string }>(owner, '/v1/registrations', wanted);
    await until(
      `the registration at ${name} to be active`,
      async () => {
        const { body } = await stack.call<ShownRegistration>('GET', `/v1/registrations/${registrationId}`, { key: owner });
        return body.status === 'active' ? true : undefined;
      },
      PATIENCE_MS,
    );
    const reason = 'The hospital asked for it by telephone';
    for (let twice = 0; twice < 2; twice += 1) {
      await made(owner, `/v1/ehrs/${ehrId}/initial-access-tokens`, { value: `iat-${name}-${twice}`, tenant_id: tenantId });
      await made(owner, `/v1/ehrs/${ehrId}/software-statements`, { issue: { application_id: applicationId }, tenant_id: tenantId });
      await made(owner, `/v1/registrations/${registrationId}/break-glass`, { reason });
      await orphan(stack, registrationId);
    }
    await made(owner, '/v1/rotation-policies', { tenant_id: tenantId, interval: 'P90D' }, 'PUT');
    await made(owner, '/v1/rotation-policies', { ehr_id: ehrId, interval: 'P90D' }, 'PUT');
    await clone(stack, 'credentials', `registration_id = '${uuidOf(registrationId)}'`, { stage: 'retired', version: 900 });
    return { site, registrationId, ids: await idsOf(stack, tenantId) };
  };

  const workspace = async (owner: string): Promise<string> => {
    const applicationId = await application(owner);
    await application(owner);
    return applicationId;
  };
  /** What is of the workspace as a whole, and is there once a hospital is. */
  const furnish = async (owner: string, { ids }: Place): Promise<void> => {
    const of = (prefix: string) => ids.get(prefix);
    await made(owner, '/v1/batches', { application_id: of('app'), connection_ids: [of('con')] });
    await made(owner, '/v1/api-keys', { name: 'Another', role: 'auditor' });
  };

  /** A roll-out, and rows like it, so that nothing is changed at the others meanwhile. */
  const rolledOut = async (owner: string, { ids }: Place, also: readonly Place[]): Promise<void> => {
    const path = `/v1/applications/${ids.get('app') ?? ''}`;
    await made(owner, path, { client_metadata: { ...METADATA, client_name: 'Care Gaps II' } }, 'PATCH');
    await made(owner, `${path}/rollout`, {});
    for (const place of also) {
      const members = { workspace_id: uuidOf(place.ids.get('ws')), application_id: uuidOf(place.ids.get('app')) };
      await clone(stack, 'rollouts', `application_id = '${uuidOf(ids.get('app'))}'`, { ...members, revision: 1, status: 'succeeded' });
    }
  };
  /** A rotation of many at once, of none in fact, and rows like it for these hospitals. */
  const rotated = async (owner: string, { ids }: Place, also: readonly Place[]): Promise<void> => {
    const idle = await application(owner);
    await made(owner, '/v1/rotations', { application_id: idle, reason: 'scheduled' });
    for (const place of also) {
      const members = { workspace_id: uuidOf(place.ids.get('ws')), tenant_id: uuidOf(place.ids.get('ten')), application_id: null };
      await clone(stack, 'rotation_runs', `workspace_id = '${uuidOf(ids.get('ws'))}'`, members);
    }
  };

  const { owner_key: otherKey } = await made<{ owner_key: string }>(stack.ownerKey, '/v1/workspaces', { name: 'Acme' });
  const [ownApp, otherApp] = [await workspace(stack.ownerKey), await workspace(otherKey)];
  const [own, otherTenant, otherWorkspace] = await Promise.all([
    place('own', stack.ownerKey, ownApp),
    place('neighbour', stack.ownerKey, ownApp),
    place('foreign', otherKey, otherApp),
    place('foreign-too', otherKey, otherApp),
  ]);
  await furnish(otherKey, otherWorkspace);
  await furnish(stack.ownerKey, own);
  await rolledOut(otherKey, otherWorkspace, [otherWorkspace, own, own]);
  await rotated(otherKey, otherWorkspace, [own, otherTenant, otherWorkspace]);
  const tenantIds = [own.ids.get('ten')];
  return {
    stack,
    otherKey,
    boundKey: await key('owner', { tenant_ids: tenantIds }),
    own: await again(stack, own),
    otherTenant: await again(stack, otherTenant),
    otherWorkspace: await again(stack, otherWorkspace),
    key,
    async stop() {
      await stack.stop();
      await lying.stop();
    },
  };
}

async function again(stack: Stack, place: Place): Promise<Place> {
  return { ...place, ids: await idsOf(stack, place.ids.get('ten') ?? '') };
}

/** One id of each kind that is this hospital's, or its workspace's. */
async function idsOf(stack: Stack, tenantId: string): Promise<Ids> {
  const [tenant] = await stack.query<{ id: string; workspace_id: string }>(
    `SELECT id, workspace_id FROM tenants WHERE id = '${uuidOf(tenantId)}'`,
  );
  if (!tenant) throw new Error(`There is no tenant ${tenantId}`);
  const selects = Object.entries(NOUNS).map(([prefix, { table, ofTenant }]) => {
    const column = table === 'tenants' ? 'id' : 'tenant_id';
    const workspace = table === 'workspaces' ? 'id' : 'workspace_id';
    const whose = ofTenant ? `AND t.${column} = '${tenant.id}'` : '';
    return `(SELECT '${prefix}' AS prefix, t.id FROM ${table} t WHERE t.${workspace} = '${tenant.workspace_id}' ${whose} ORDER BY t.id LIMIT 1)`;
  });
  const rows = await stack.query<{ prefix: IdPrefix; id: string }>(selects.join(' UNION ALL '));
  return new Map(rows.map(({ prefix, id }) => [prefix, publicId(prefix, id)]));
}

/** Whether a bound key sees things of this kind by whose hospital they are. */
export function isOfTenant(prefix: string): boolean {
  return (NOUNS as Readonly<Record<string, { ofTenant: boolean }>>)[prefix]?.ofTenant === true;
}

/** A public id that was never given. */
export function unknownId(prefix: string): string {
  return publicId(prefix as IdPrefix, randomUUID());
}

function orphan(stack: Stack, registrationId: string): Promise<void> {
  return clone(stack, 'attempts', `registration_id = '${uuidOf(registrationId)}' AND status = 'adopted'`, {
    status: 'orphaned',
    marker: randomUUID(),
  });
}

/** Another row like one that is there. */
async function clone(stack: Stack, table: string, where: string, members: object): Promise<void> {
  const copied = await stack.query(
    `INSERT INTO ${table} SELECT (jsonb_populate_record(t, $1::jsonb)).* FROM ${table} t WHERE ${where} LIMIT 1 RETURNING 1`,
    [JSON.stringify({ id: randomUUID(), ...members })],
  );
  if (copied.length !== 1) throw new Error(`There is no row of ${table} to be copied`);
}

function uuidOf(id = ''): string {
  const uuid = parsePublicId(id.slice(0, id.indexOf('_')) as IdPrefix, id);
  if (uuid === undefined) throw new Error(`${id} is no id`);
  return uuid;
}

/** What an answer says, without what differs from request to request: its id, and the id that was asked for. */
export function said({ status, headers, body }: Answer<unknown>, id: string): unknown {
  const text = JSON.stringify(body)
    .replaceAll(id, '«id»')
    .replace(/"request_id":"[^"]*"/, '"request_id":""');
  return { status, type: headers.get('content-type'), location: headers.get('location'), text };
}
