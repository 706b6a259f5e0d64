import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { TestDatabase } from './database.js';

/** A sealed value as it stands in a dump of the data. */
export interface DumpedSecret {
  readonly workspaceId: string;
  readonly tenantId: string | null;
  readonly subjectId: string;
  readonly kind: string;
  readonly version: number;
  readonly sealed: Buffer;
}

const run = promisify(execFile);
const COLUMNS = ['workspace_id', 'subject_id', 'kind', 'version', 'tenant_id', 'key_id', 'sealed'] as const;

/**
 * What a backup of the data, without the keyring, holds of sealed values: read out of pg_dump's own output where there is one
 * that is as new as the server, else out of the same table by COPY's text form.
 */
export async function dumpedSecrets(
  database: TestDatabase,
): Promise<{ readonly by: 'pg_dump' | 'copy'; readonly secrets: DumpedSecret[] }> {
  const [server] = await database.query<{ major: number }>(`SELECT current_setting('server_version_num')::integer / 10000 AS major`);
  const tool = await run('pg_dump', ['--version']).then(
    ({ stdout }) => Number(/\s(\d+)/.exec(stdout)?.[1] ?? 0),
    () => 0,
  );
  if (tool >= (server?.major ?? 0)) {
    const options = ['--schema=public', '--data-only', `--dbname=${database.databaseAdminUrl}`];
    const { stdout } = await run('pg_dump', options, { maxBuffer: 512 * 1024 * 1024 });
    if (stdout.includes('COPY keyring.')) throw new Error('A dump of the data holds the keyring');
    const block = /^COPY public\.secrets \(([^)]*)\) FROM stdin;\n([\s\S]*?)^\\\.$/m.exec(stdout);
    const names = (block?.[1] ?? '').split(', ');
    return {
      by: 'pg_dump',
      secrets: (block?.[2] ?? '')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => read(names, line.split('\t'))),
    };
  }
  const rows = await database.query<{ cells: string[] }>(
    `SELECT ARRAY[workspace_id::text, subject_id::text, kind, version::text, coalesce(tenant_id::text, '\\N'), key_id::text, '\\\\x' || encode(sealed, 'hex')] AS cells FROM secrets`,
  );
  return { by: 'copy', secrets: rows.map(({ cells }) => read(COLUMNS, cells)) };
}

function read(names: readonly string[], cells: readonly string[]): DumpedSecret {
  const cell = (name: string) => cells[names.indexOf(name)] ?? '';
  return {
    workspaceId: cell('workspace_id'),
    tenantId: cell('tenant_id') === '\\N' ? null : cell('tenant_id'),
    subjectId: cell('subject_id'),
    kind: cell('kind'),
    version: Number(cell('version')),
    sealed: Buffer.from(cell('sealed').replace(/^\\\\x/, ''), 'hex'),
  };
}
