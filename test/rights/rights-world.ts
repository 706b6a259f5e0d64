import { randomUUID } from 'node:crypto';
import { LyingServer, type Site } from '../hostile/lying-server.js';
import { startStack, until, type ShownRegistration, type Stack } from '../support/index.js';
import { clone, idsOf, orphan, uuidOf, type Ids } from './world-rows.js';

const PATIENCE_MS = 120_000;
const METADATA = { client_name: 'Care Gaps', token_endpoint_auth_method: 'client_secret_basic' };

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
      await made(owner, `/v1/tenants/${tenantId}/links`, { expires_at: new Date(Date.now() + 30 * 86_400_000).toISOString() });
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
    for (const group of ['auditors', 'desk']) {
      await made(owner, '/v1/sessions', {});
      await made(owner, '/v1/role-mappings', { group, role: 'auditor' });
    }
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
