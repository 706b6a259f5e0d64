import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { workspaceIds } from '@registrar/access';
import { findChains, verifyChain, type Vouched } from '@registrar/audit';
import { readCheckpoints, type CheckpointFault, type ReadCheckpoints } from '@registrar/checkpoints';
import { SystemClock } from '@registrar/clock';
import { loadConfig } from '@registrar/config';
import { openDatabase, parsePublicId, publicId, type Database, type UnitOfWork } from '@registrar/database';
import { PlatformSigner } from '@registrar/keys';
import { Problem, problemInWords } from '@registrar/problem';
import { openKekRing, openVault, type Vault } from '@registrar/vault';

// npm run audit:verify [-- ws_… --checkpoints FILE]: ends with status 1 where a chain is not whole. It only reads, and may run while
// Registrar does. The file holds checkpoints as they were sent, among other lines or alone.
const AT_ONCE = 200;
const USAGE = 'npm run audit:verify -- [WORKSPACE, by its id: ws_…] [--checkpoints FILE]';
const NONE: ReadCheckpoints = { workspaces: new Map(), sequences: new Map(), checkpoints: 0, foreign: 0 };
const say = (line: string) => process.stdout.write(`${line}\n`);

try {
  await main(process.argv.slice(2));
} catch (error) {
  const said = error instanceof Problem ? problemInWords(error) : error instanceof Error ? error.message : 'unknown';
  process.stderr.write(`${said}\n`);
  process.exitCode = 2;
}

async function main(words: readonly string[]): Promise<void> {
  const { only, file } = asked(words);
  const config = loadConfig();
  if (!config.DATABASE_URL) throw new Error('Set DATABASE_URL to the database whose audit log is meant.');
  const kek = openKekRing({ ...config, production: true });
  const database = await openDatabase({ url: config.DATABASE_URL.expose(), poolSize: 2, applicationName: 'registrar-audit-verify' });
  try {
    const { vault, platformKeys } = await openVault(database, kek, new SystemClock());
    const lines = file === undefined ? undefined : createInterface(createReadStream(file));
    const read = lines === undefined ? NONE : await readCheckpoints(new PlatformSigner(platformKeys), lines);
    const total = { chains: 0, entries: 0, bad: 0 };
    const seen = new Set<string>();
    for await (const workspaceId of only === undefined ? everyWorkspace(database) : [only]) {
      seen.add(workspaceId);
      const { chains, entries, bad } = await verifyWorkspace(database, vault, workspaceId, read.workspaces.get(workspaceId) ?? new Map());
      total.chains += chains;
      total.entries += entries;
      total.bad += bad;
    }
    vault.close();
    for (const gone of only === undefined ? read.workspaces.keys() : []) {
      if (seen.has(gone)) continue;
      total.bad += 1;
      say(`${publicId('ws', gone)}: checkpoints tell of it, and there is no such workspace`);
    }
    const faults = [...read.sequences]
      .filter(([workspaceId]) => only === undefined || workspaceId === only)
      .flatMap(([workspaceId, sequence]) => sequence.faults().map((fault) => ({ workspaceId, fault })));
    for (const { workspaceId, fault } of faults) say(`${publicId('ws', workspaceId)}: ${inWords(fault)}`);
    if (file !== undefined)
      say(`${read.checkpoints} checkpoints, ${read.foreign} not signed by this Registrar, ${faults.length} faults among them`);
    say(`${total.chains} chains, ${total.entries} entries, ${total.bad} not whole`);
    if (total.bad > 0 || read.foreign > 0 || faults.length > 0) process.exitCode = 1;
  } finally {
    await kek.close();
    await database.close();
  }
}

function inWords({ n, upTo, what }: CheckpointFault): string {
  const named = n === upTo ? `checkpoint ${n}` : `checkpoints ${n} to ${upTo}`;
  if (what === 'missing') return `${named} missing from the file, and later ones are there`;
  if (what === 'behind') return `${named} counts fewer entries of a chain than an earlier one`;
  return `${named} is there twice and not the same, or is not the one that the next names`;
}

function asked(words: readonly string[]): { readonly only?: string; readonly file?: string } {
  const at = words.indexOf('--checkpoints');
  const file = at < 0 ? undefined : words[at + 1];
  const rest = at < 0 ? words : words.filter((_, index) => index !== at && index !== at + 1);
  const only = rest[0] === undefined ? undefined : parsePublicId('ws', rest[0]);
  if (rest.length > 1 || (rest.length === 1 && only === undefined) || (at >= 0 && file === undefined)) throw new Error(USAGE);
  return { ...(only === undefined ? {} : { only }), ...(file === undefined ? {} : { file }) };
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
  vouched: Vouched,
): Promise<{ chains: number; entries: number; bad: number }> {
  const scope: UnitOfWork = { workspaceId, actor: { type: 'system', id: 'audit-verify' }, requestId: 'audit-verify' };
  const chains = await database.transaction(scope, (tx) => findChains(tx));
  const whose = (chainId: string) => (chainId === workspaceId ? 'its own chain' : `the chain of ${publicId('ten', chainId)}`);
  let bad = 0;
  const complain = (chainId: string, what: string) => {
    bad += 1;
    say(`${publicId('ws', workspaceId)}, ${whose(chainId)}: ${what}`);
  };
  for (const { chainId } of chains) {
    const verdict = await verifyChain(database, vault, scope, chainId, vouched.get(chainId));
    if (verdict.ok) continue;
    if (verdict.checkpoint) complain(chainId, `entry ${verdict.firstBad} is missing, or not the one that a checkpoint vouches for`);
    else complain(chainId, `entry ${verdict.firstBad} is missing, foreign, or not as it was written`);
  }
  const known = new Set(chains.map(({ chainId }) => chainId));
  for (const chainId of vouched.keys())
    if (!known.has(chainId)) complain(chainId, 'entry 1 is missing: checkpoints tell of it, and it is gone');
  return { chains: chains.length, entries: chains.reduce((sum, { length }) => sum + length, 0), bad };
}
