/**
 * The statements that put a table under row-level security. Every table with workspace_id gets them: the workspace
 * setting is always required, the tenant setting narrows further where the caller is bound to tenants. FORCE holds the owner too.
 * `tenant`: the column that names the row's tenant, or null where rows belong to no tenant and bound callers may see them.
 */
export function protect(
  table: string,
  tenant: string | null,
  grants = 'SELECT, INSERT, UPDATE, DELETE',
  workspace = 'workspace_id',
): string[] {
  const own = `${workspace} = nullif(current_setting('registrar.workspace_id', true), '')::uuid`;
  const bound = tenant === null ? own : `${own} AND registrar_tenant_visible(${tenant})`;
  return [
    `ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY`,
    `ALTER TABLE ${table} FORCE ROW LEVEL SECURITY`,
    `CREATE POLICY scope ON ${table} USING (${bound}) WITH CHECK (${bound})`,
    `GRANT ${grants} ON ${table} TO registrar_service`,
  ];
}
