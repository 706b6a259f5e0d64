import { workspaceIds } from '@registrar/access';
import { findChains, verifyChain } from '@registrar/audit';
import { SystemClock } from '@registrar/clock';
import { loadConfig } from '@registrar/config';
import { openDatabase, parsePublicId, publicId, type Database, type UnitOfWork } from '@registrar/database';
import { Problem, problemInWords } from '@registrar/problem';
import { openKekRing, openVault, type Vault } from '@registrar/vault';

// npm run audit:verify [-- ws_…]: ends with status 1 where a chain is not whole. It only reads, and may run while Registrar does.
const AT_ONCE = 200;
const say = (line: string) => process.stdout.write(`${line}\n`);

try {
  await main(process.argv[2]);
} catch (error) {
  const said = error instanceof Problem ? problemInWords(error) : error instanceof Error ? error.message : 'unknown';
  process.stderr.write(`${said}\n`);
  process.exitCode = 2;
}

async function main(only: string | undefined): Promise<void> {
  const wanted = only === undefined ? undefined : parsePublicId('ws', only);
  if (only !== undefined && wanted === undefined) throw new Error('npm run audit:verify [-- WORKSPACE], by its id: ws_…');
  const config = loadConfig();
  if (!config.DATABASE_URL) throw new Error('Set DATABASE_URL to the database whose audit log is meant.');
  const database = await openDatabase({ url: config.DATABASE_URL.expose(), poolSize: 2, applicationName: 'registrar-audit-verify' });
  try {
    const { vault } = await openVault(database, openKekRing({ ...config, production: true }), new SystemClock());
    const total = { chains: 0, entries: 0, bad: 0 };
    for await (const workspaceId of wanted === undefined ? everyWorkspace(database) : [wanted]) {
      const { chains, entries, bad } = await verifyWorkspace(database, vault, workspaceId);
      total.chains += chains;
      total.entries += entries;
      total.bad += bad;
    }
    vault.close();
    say(`${total.chains} chains, ${total.entries} entries, ${total.bad} not whole`);
    if (total.bad > 0) process.exitCode = 1;
  } finally {
    await database.close();
  }
}

async function* everyWorkspace(database: Database): AsyncGenerator<string> {
  for (let after: string | undefined; ;) {
    const rows = await workspaceIds(database, { limit: AT_ONCE, ...(after === undefined ? {} : { after }) });
    for (const { id } of rows.slice(0, AT_ONCE)) yield id;
    if (rows.length <= AT_ONCE) return;
    after = rows[AT_ONCE - 1]?.id;
  }
}

async function verifyWorkspace(
  database: Database,
  vault: Vault,
  workspaceId: string,
): Promise<{ chains: number; entries: number; bad: number }> {
  const scope: UnitOfWork = { workspaceId, actor: { type: 'system', id: 'audit-verify' }, requestId: 'audit-verify' };
  const chains = await database.transaction(scope, (tx) => findChains(tx));
  let bad = 0;
  for (const { chainId } of chains) {
    const verdict = await verifyChain(database, vault, scope, chainId);
    if (verdict.ok) continue;
    bad += 1;
    const whose = chainId === workspaceId ? 'its own chain' : `the chain of ${publicId('ten', chainId)}`;
    say(`${publicId('ws', workspaceId)}, ${whose}: entry ${verdict.firstBad} is missing, foreign, or not as it was written`);
  }
  return { chains: chains.length, entries: chains.reduce((sum, { length }) => sum + length, 0), bad };
}
