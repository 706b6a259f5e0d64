import { randomUUID } from 'node:crypto';
import { parsePublicId, publicId, type IdPrefix } from '@registrar/database';
import type { Answer, Stack } from '../support/index.js';

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
  lnk: { table: 'tenant_links', ofTenant: true },
  app: { table: 'applications', ofTenant: false },
  bat: { table: 'batches', ofTenant: false },
  rol: { table: 'rollouts', ofTenant: false },
  key: { table: 'api_keys', ofTenant: false },
  ses: { table: 'sessions', ofTenant: false },
  map: { table: 'role_mappings', ofTenant: false },
  as: { table: 'authorization_servers', ofTenant: false },
  ws: { table: 'workspaces', ofTenant: false },
} as const satisfies Partial<Record<IdPrefix, { table: string; ofTenant: boolean }>>;

/** One id of each kind, by what it begins with. */
export type Ids = ReadonlyMap<string, string>;

/** One id of each kind that is this hospital's, or its workspace's. */
export async function idsOf(stack: Stack, tenantId: string): Promise<Ids> {
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

/** An attempt that left a client with nobody. */
export function orphan(stack: Stack, registrationId: string): Promise<void> {
  return clone(stack, 'attempts', `registration_id = '${uuidOf(registrationId)}' AND status = 'adopted'`, {
    status: 'orphaned',
    marker: randomUUID(),
  });
}

/** Another row like one that is there. */
export async function clone(stack: Stack, table: string, where: string, members: object): Promise<void> {
  const copied = await stack.query(
    `INSERT INTO ${table} SELECT (jsonb_populate_record(t, $1::jsonb)).* FROM ${table} t WHERE ${where} LIMIT 1 RETURNING 1`,
    [JSON.stringify({ id: randomUUID(), ...members })],
  );
  if (copied.length !== 1) throw new Error(`There is no row of ${table} to be copied`);
}

/** The uuid of a public id. @throws Error where it is none */
export function uuidOf(id = ''): string {
  const uuid = parsePublicId(id.slice(0, id.indexOf('_')) as IdPrefix, id);
  if (uuid === undefined) throw new Error(`${id} is no id`);
  return uuid;
}

/** A row of `secrets` as it lies there. */
export interface SecretRow {
  readonly subject_id: string;
  readonly kind: string;
  readonly version: number;
  readonly key_id: string;
  readonly sealed: Buffer;
}

/** What is sealed of a registration: its current secret, or its client's registration access token. */
export async function secretRow(stack: Stack, registrationId: string, of: 'credential' | 'client'): Promise<SecretRow> {
  const which =
    of === 'client'
      ? `JOIN registrations r ON r.client_id = s.subject_id WHERE r.id = $1 AND s.kind = 'registration_access_token'`
      : `JOIN credentials k ON k.id = s.subject_id AND k.version = s.version WHERE k.registration_id = $1 AND k.stage = 'current'`;
  const [row] = await stack.query<SecretRow>(`SELECT s.* FROM secrets s ${which}`, [uuidOf(registrationId)]);
  if (!row) throw new Error(`Nothing is sealed of the ${of} of ${registrationId}`);
  return row;
}

/** Puts what was sealed for one row in the place of another. */
export async function putSealed(stack: Stack, at: SecretRow, from: SecretRow): Promise<void> {
  const place = [at.subject_id, at.kind, at.version];
  const put = `UPDATE secrets SET key_id = $4, sealed = $5 WHERE subject_id = $1 AND kind = $2 AND version = $3 RETURNING 1`;
  if ((await stack.query(put, [...place, from.key_id, from.sealed])).length !== 1) throw new Error('There is no such row');
}

/** What an answer says, without what differs from request to request: its id, and the id that was asked for. */
export function said({ status, headers, body }: Answer<unknown>, id: string): unknown {
  const text = JSON.stringify(body)
    .replaceAll(id, '«id»')
    .replace(/"request_id":"[^"]*"/, '"request_id":""');
  return { status, type: headers.get('content-type'), location: headers.get('location'), text };
}
