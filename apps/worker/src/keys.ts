import { SystemClock } from '@registrar/clock';
import { loadConfig } from '@registrar/config';
import { openDatabase } from '@registrar/database';
import { Problem, problemInWords } from '@registrar/problem';
import { assertUnused, kekUses, openKekRing, openVault, resealAll, rewrapAll, type KekUse, type Resealed } from '@registrar/vault';
import { findKeyOwner } from './find-key-owner.js';
import { SEALED_PLACES } from './sealed-places.js';

// Everything may run while Registrar does.
const say = (line: string) => process.stdout.write(`${line}\n`);
const USAGE = 'npm run keys -- status | rewrap | retire ID [VERSION] | rotate-data-key TENANT-OR-WORKSPACE | reseal';

try {
  await main(process.argv.slice(2));
} catch (error) {
  const said = error instanceof Problem ? problemInWords(error) : error instanceof Error ? error.message : 'unknown';
  process.stderr.write(`${said}\n`);
  process.exitCode = 1;
}

async function main([verb, id, version = '1']: string[]): Promise<void> {
  const config = loadConfig();
  if (!config.DATABASE_URL) throw new Error('Set DATABASE_URL to the database whose keyring is meant.');
  const kek = openKekRing({ ...config, production: true });
  const database = await openDatabase({ url: config.DATABASE_URL.expose(), poolSize: 4, applicationName: 'registrar-keys' });
  try {
    const clock = new SystemClock(config.CLOCK_OFFSET_MS);
    // Refuses a wrong key before anything is written.
    const { vault } = await openVault(database, kek, clock);
    if (verb === 'status') {
      const current = await kek.current();
      say(`Keys are wrapped by ${current.id} version ${current.version}.`);
      for (const line of inUse(await kekUses(database))) say(line);
    } else if (verb === 'rewrap') {
      say(`${await rewrapAll(database, kek)} keys were wrapped anew by ${kek.id}.`);
    } else if (verb === 'retire' && id !== undefined) {
      await assertUnused(database, { id, version: Number(version) });
      say(
        `Nothing is wrapped by ${id} version ${version} any more: take it out of KEK_PREVIOUS. Backups of the keyring from before still need it.`,
      );
    } else if (verb === 'rotate-data-key' && id !== undefined) {
      await vault.succeed(await findKeyOwner(database, id));
      say(`${id} has a new data key.`);
      say(resealed(await resealAll({ database, vault, clock, places: SEALED_PLACES })));
    } else if (verb === 'reseal') {
      say(resealed(await resealAll({ database, vault, clock, places: SEALED_PLACES })));
    } else throw new Error(USAGE);
    vault.close();
  } finally {
    await kek.close();
    await database.close();
  }
}

function resealed({ values, retired, left }: Resealed): string {
  const rest =
    left === 0
      ? ''
      : ` ${left} still open what was sealed by them: workers go on, and retire them a quarter of an hour after their successors came.`;
  return `${values} values were sealed anew; ${retired} keys are retired.${rest}`;
}

function inUse(uses: readonly KekUse[]): string[] {
  const counts = new Map<string, { workspaces: number; platform: boolean }>();
  for (const { id, version, workspaceId } of uses) {
    const name = `${id} version ${version}`;
    const count = counts.get(name) ?? { workspaces: 0, platform: false };
    counts.set(name, workspaceId === undefined ? { ...count, platform: true } : { ...count, workspaces: count.workspaces + 1 });
  }
  return [...counts].map(
    ([name, { workspaces, platform }]) => `${name}: keys of ${workspaces} workspaces${platform ? ', and the platform’s own' : ''}`,
  );
}
