import { workspaceIds } from '@registrar/access';
import { AuditLog, cutChain, findChains, type CutParts } from '@registrar/audit';
import { SystemClock } from '@registrar/clock';
import { loadConfig } from '@registrar/config';
import { openOwnerDatabase, publicId, type UnitOfWork } from '@registrar/database';
import { Problem, problemInWords } from '@registrar/problem';
import { openKekRing, openVault } from '@registrar/vault';

// npm run audit:cut: takes out audit entries that are older than AUDIT_RETENTION_DAYS, with the owner's role; run it daily. Ends with
// status 1 where a chain is not whole, which is then left as it is.
const AT_ONCE = 200;
const DAY_MS = 86_400_000;
const say = (line: string) => process.stdout.write(`${line}\n`);

try {
  await main();
} catch (error) {
  const said = error instanceof Problem ? problemInWords(error) : error instanceof Error ? error.message : 'unknown';
  process.stderr.write(`${said}\n`);
  process.exitCode = 2;
}

async function main(): Promise<void> {
  const config = loadConfig();
  if (config.AUDIT_RETENTION_DAYS === undefined) {
    say('AUDIT_RETENTION_DAYS is not set: audit entries are kept for ever.');
    return;
  }
  if (!config.DATABASE_OWNER_URL) throw new Error('Set DATABASE_OWNER_URL: only the role that owns the tables may take audit entries out.');
  const clock = new SystemClock(config.CLOCK_OFFSET_MS);
  const before = new Date(clock.now().getTime() - config.AUDIT_RETENTION_DAYS * DAY_MS);
  const kek = openKekRing({ ...config, production: true });
  const database = await openOwnerDatabase({
    url: config.DATABASE_OWNER_URL.expose(),
    poolSize: 2,
    applicationName: 'registrar-audit-cut',
  });
  try {
    const { vault } = await openVault(database, kek, clock);
    const audit = new AuditLog(vault, clock);
    audit.attach(database);
    const total = { cut: 0, bad: 0 };
    for (let after: string | undefined; ;) {
      const rows = await workspaceIds(database, { limit: AT_ONCE, ...(after === undefined ? {} : { after }) });
      for (const { id } of rows.slice(0, AT_ONCE)) {
        const { cut, bad } = await cutWorkspace({ database, vault, audit }, id, before);
        total.cut += cut;
        total.bad += bad;
        after = id;
      }
      if (rows.length <= AT_ONCE) break;
    }
    vault.close();
    say(`${total.cut} entries from before ${before.toISOString()} taken out, ${total.bad} chains not whole`);
    if (total.bad > 0) process.exitCode = 1;
  } finally {
    await kek.close();
    await database.close();
  }
}

async function cutWorkspace(parts: CutParts, workspaceId: string, before: Date): Promise<{ cut: number; bad: number }> {
  const scope: UnitOfWork = { workspaceId, actor: { type: 'system', id: 'audit-cut' }, requestId: 'audit-cut' };
  let [cut, bad] = [0, 0];
  for (const { chainId } of await parts.database.transaction(scope, (tx) => findChains(tx))) {
    const outcome = await cutChain(parts, scope, chainId, before);
    if ('cut' in outcome) {
      cut += outcome.cut;
      continue;
    }
    bad += 1;
    const whose = chainId === workspaceId ? 'its own chain' : `the chain of ${publicId('ten', chainId)}`;
    say(`${publicId('ws', workspaceId)}, ${whose}: entry ${outcome.firstBad} is not as it was written; nothing of it was taken out`);
  }
  return { cut, bad };
}
