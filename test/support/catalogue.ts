import type { Client } from 'pg';

/**
 * The closed list of tables without row-level security, because whoever reads them has no scope yet, with what their
 * columns of text and bytes hold. Everything else in them is an id, a time or a counter.
 */
export const ROUTING_TABLES: Readonly<Record<string, readonly string[]>> = {
  work_items: ['kind', 'budget', 'lease_owner'],
  // A keyed hash of the key.
  api_key_index: ['digest'],
  session_index: ['digest'],
  // Public bytes.
  published_documents: ['kind', 'url', 'body', 'etag', 'served'],
  expiry_alarms: ['kind'],
  upstream_gates: ['budget', 'state', 'reason'],
  // Wrapped bytes.
  'keyring.platform_keys': ['purpose', 'kek_id', 'wrapped'],
  'keyring.kek_uses': ['kek_id'],
  'keyring.retiring_keys': [],
  'keyring.sealing_keys': [],
  checkpoint_turns: [],
  // TypeORM's own.
  migrations: ['name'],
};

/** Unique over workspaces on purpose: nobody chooses the value, so nobody learns from a refusal. */
const GLOBALLY_UNIQUE = ['key_sets_url_key'];
const TIMES_AND_COUNTERS = ['timestamp with time zone[]', 'integer[]'];
const PLAIN_TYPES = ['uuid', 'timestamp with time zone', 'bigint', 'integer', 'smallint', 'real', 'boolean', ...TIMES_AND_COUNTERS];
/** Ours, then BullMQ's, which is the named exception: ids and times alone are in it. */
const SCHEMAS = ['public', 'keyring', 'bullmq'];

const NAME = `CASE n.nspname WHEN 'public' THEN c.relname ELSE n.nspname || '.' || c.relname END`;
const OURS = `n.nspname IN ('public', 'keyring')`;

const TABLES = `
SELECT ${NAME} AS name, c.relkind AS kind, c.relrowsecurity AND c.relforcerowsecurity AS forced,
       (SELECT json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod), 'nullable', NOT a.attnotnull))
          FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns,
       coalesce((SELECT json_agg(json_build_object('command', p.polcmd, 'permissive', p.polpermissive,
          'using', coalesce(pg_get_expr(p.polqual, p.polrelid), ''), 'check', coalesce(pg_get_expr(p.polwithcheck, p.polrelid), '')))
          FROM pg_policy p WHERE p.polrelid = c.oid), '[]') AS policies,
       coalesce((SELECT json_agg(json_build_object('name', u.relname, 'columns', (SELECT json_agg(a.attname) FROM pg_attribute a
          WHERE a.attrelid = c.oid AND a.attnum = ANY (i.indkey::smallint[])))) FROM pg_index i JOIN pg_class u ON u.oid = i.indexrelid
          WHERE i.indrelid = c.oid AND i.indisunique), '[]') AS uniques,
       coalesce((SELECT json_agg(json_build_object('name', f.conname, 'pairs', (SELECT json_agg(own.attname || '→' || other.attname)
          FROM unnest(f.conkey, f.confkey) AS k(own, other) JOIN pg_attribute own ON own.attrelid = f.conrelid AND own.attnum = k.own
          JOIN pg_attribute other ON other.attrelid = f.confrelid AND other.attnum = k.other), 'to', f.confrelid::regclass::text))
          FROM pg_constraint f WHERE f.conrelid = c.oid AND f.contype = 'f'), '[]') AS "foreignKeys",
       coalesce((SELECT json_agg(DISTINCT g.privilege_type) FROM aclexplode(c.relacl) g WHERE g.grantee = 0), '[]') AS public,
       coalesce((SELECT json_agg(DISTINCT g.privilege_type) FROM aclexplode(c.relacl) g
          WHERE g.grantee IN (SELECT oid FROM pg_roles WHERE rolname IN ('registrar_app', 'registrar_service'))), '[]') AS granted
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE ${OURS} AND c.relkind IN ('r', 'p', 'f', 'm') ORDER BY 1`;

const VIEWS = `
SELECT ${NAME} AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE ${OURS} AND c.relkind = 'v' AND NOT coalesce(c.reloptions @> ARRAY['security_invoker=true'], false)`;

const DEFINERS = `
SELECT p.oid::regprocedure::text AS name FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
 WHERE p.prosecdef AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'`;

const OTHER_SCHEMAS = `
SELECT n.nspname || '.' || c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'p', 'f', 'm', 'v') AND n.nspname <> ALL ($1) AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'`;

const ROLES = `
SELECT r.rolname AS name, r.rolsuper OR r.rolbypassrls AS bypasses,
       (SELECT string_agg(c.oid::regclass::text, ', ') FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE ${OURS} AND c.relkind IN ('r', 'p', 'v', 'm') AND pg_has_role(r.oid, c.relowner, 'MEMBER')) AS owns,
       has_schema_privilege(r.oid, 'public', 'CREATE') OR has_schema_privilege(r.oid, 'keyring', 'CREATE') AS makes
  FROM pg_roles r WHERE r.rolname IN ('registrar_app', 'registrar_service')`;

interface Table {
  name: string;
  kind: string;
  forced: boolean;
  columns: { name: string; type: string; nullable: boolean }[];
  policies: { command: string; permissive: boolean; using: string; check: string }[];
  uniques: { name: string; columns: string[] }[];
  foreignKeys: { name: string; pairs: string[]; to: string }[];
  public: string[];
  granted: string[];
}

/** What the catalogue of a migrated database holds that the isolation of workspaces forbids (T1, T2, T3, T5); empty when all is well. */
export async function catalogueFaults(client: Client): Promise<string[]> {
  const rows = async <Row>(text: string, values: unknown[] = []): Promise<Row[]> => (await client.query(text, values)).rows as Row[];
  const named = async (text: string, fault: string, values?: unknown[]): Promise<string[]> =>
    (await rows<{ name: string }>(text, values)).map(({ name }) => `${name}: ${fault}`);
  const roles = await rows<{ name: string; bypasses: boolean; owns: string | null; makes: boolean }>(ROLES);
  return [
    ...(await rows<Table>(TABLES)).flatMap((table) => (table.name in ROUTING_TABLES ? routingFaults(table) : tableFaults(table))),
    ...(await named(VIEWS, 'a view that reads with its owner’s rights; make it security_invoker')),
    ...(await named(DEFINERS, 'a function that runs with its owner’s rights (SECURITY DEFINER)')),
    ...(await named(OTHER_SCHEMAS, 'it lies in a schema that nobody watches', [SCHEMAS])),
    ...roles.flatMap(({ name, bypasses, owns, makes }) => [
      ...(bypasses ? [`${name}: a role that bypasses row-level security`] : []),
      ...(owns === null ? [] : [`${name}: a role that owns ${owns}`]),
      ...(makes ? [`${name}: a role that may make tables`] : []),
    ]),
  ];
}

function tableFaults(table: Table): string[] {
  const faults: string[] = [];
  const key = table.name === 'workspaces' ? 'id' : 'workspace_id';
  const column = table.columns.find(({ name }) => name === key);
  if (table.kind === 'f' || table.kind === 'm') faults.push('row-level security cannot hold a foreign table or a materialized view');
  if (column?.type !== 'uuid' || column.nullable) faults.push(`it has no ${key} uuid NOT NULL`);
  if (!table.forced) faults.push('row-level security is not both enabled and forced');
  if (table.policies.length === 0) faults.push('it has no policy');
  for (const policy of table.policies) {
    if (policy.command !== '*') faults.push('a policy is not for every command');
    if (policy.using === '' || policy.check === '') faults.push('a policy lacks USING or WITH CHECK');
    if (policy.permissive && !(readsScope(policy.using, key) && readsScope(policy.check, key))) {
      faults.push(`a policy does not compare ${key} with the workspace setting`);
    }
  }
  for (const { name, columns } of table.uniques) {
    if (!columns.includes(key) && !GLOBALLY_UNIQUE.includes(name)) faults.push(`${name} is unique over workspaces`);
  }
  for (const { name, pairs, to } of table.foreignKeys) {
    const within = to === 'workspaces' ? 'workspace_id→id' : 'workspace_id→workspace_id';
    if (!pairs.includes(within)) faults.push(`${name} can point into another workspace`);
  }
  if (/audit_events|^events$/.test(table.name) && table.granted.some((right) => !['SELECT', 'INSERT'].includes(right))) {
    faults.push('what is written there could be changed');
  }
  return [...faults, ...grantFaults(table)].map((fault) => `${table.name}: ${fault}`);
}

/** `workspace_id = nullif(current_setting('registrar.workspace_id', true), '')::uuid`, as Postgres writes it, not below an OR. */
function readsScope(expression: string, key: string): boolean {
  const scope = `(${key} = (NULLIF(current_setting('registrar.workspace_id'::text, true), ''::text))::uuid)`;
  return expression === scope || expression.startsWith(`(${scope} AND `);
}

function routingFaults(table: Table): string[] {
  const words = ROUTING_TABLES[table.name] ?? [];
  const faults = table.columns
    .filter(({ name, type }) => !PLAIN_TYPES.includes(type) && !(words.includes(name) && /^(text|bytea|character varying)$/.test(type)))
    .map(({ name, type }) => `the routing table's column ${name} may hold more than ids, times and counters (${type})`);
  return [...faults, ...grantFaults(table)].map((fault) => `${table.name}: ${fault}`);
}

function grantFaults(table: Table): string[] {
  return [
    ...(table.public.length > 0 ? ['every role may use it (granted to PUBLIC)'] : []),
    ...(table.granted.some((right) => ['TRUNCATE', 'TRIGGER', 'REFERENCES'].includes(right))
      ? ['the app may do more than read and write rows']
      : []),
  ];
}
