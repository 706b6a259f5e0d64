import { chmod, mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Secret } from '@registrar/secret';
import { closedFolder, serverAccount, type Account } from './embedded-account.js';
import { SYSTEM_FOLDER } from './embedded-binaries.js';
import { embeddedProblem } from './embedded.problems.js';

/** What a home remembers of its database; written before anything is made with it. */
export interface EmbeddedHome {
  /** Where the data folder lies: `<home>/postgres`, or below /var/lib/registrar where only root may enter the home. */
  readonly folder: string;
  readonly account: Account | undefined;
  readonly passwords: { readonly superuser: Secret; readonly owner: Secret; readonly app: Secret };
}

interface Remembered {
  readonly id: string;
  readonly elsewhere?: string;
  readonly superuser: string;
  readonly owner: string;
  readonly app: string;
}

/** Reads `<home>/postgres/cluster.json` (0600), or makes it with fresh passwords. The caller holds the lock. */
export async function openHome(own: string, say: (line: string) => void): Promise<EmbeddedHome> {
  const path = join(own, 'cluster.json');
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw embeddedProblem('embedded.not_ours', { cause: error });
  });
  const remembered = text === undefined ? await remember(path, own, say) : parse(text, path);
  const folder = remembered.elsewhere ?? own;
  await mkdir(folder, { recursive: true, mode: 0o711 });
  const account = await serverAccount(join(folder, 'data'));
  if (account) {
    await openForPassage(dirname(own), account);
    await openForPassage(folder, account);
    const closed = await closedFolder(folder, account);
    if (closed !== undefined) throw embeddedProblem('embedded.closed_folder', { detail: `Only root may enter ${closed}.` });
  }
  return {
    folder,
    account,
    passwords: { superuser: Secret.of(remembered.superuser), owner: Secret.of(remembered.owner), app: Secret.of(remembered.app) },
  };
}

/** Lets the account pass through a folder of ours, not list it: what lies in it is 0600 or 0700 itself. */
async function openForPassage(folder: string, account: Account): Promise<void> {
  if ((await closedFolder(folder, account)) === folder) await chmod(folder, (await stat(folder)).mode | 0o011);
}

async function remember(path: string, own: string, say: (line: string) => void): Promise<Remembered> {
  const id = randomText();
  const account = await serverAccount(join(own, 'data'));
  const closed = await closedFolder(dirname(dirname(own)), account);
  const elsewhere = closed === undefined ? undefined : join(SYSTEM_FOLDER, id.slice(0, 16));
  if (closed !== undefined && elsewhere !== undefined) {
    say(`Only root may enter ${closed}, and Postgres refuses to run as root: the database lies in ${elsewhere}.`);
  }
  const fresh: Remembered = {
    id,
    ...(elsewhere === undefined ? {} : { elsewhere }),
    superuser: randomText(),
    owner: randomText(),
    app: randomText(),
  };
  await writeFile(`${path}.half`, JSON.stringify(fresh), { mode: 0o600 });
  await rename(`${path}.half`, path);
  return fresh;
}

function parse(text: string, path: string): Remembered {
  try {
    return JSON.parse(text) as Remembered;
  } catch (cause) {
    throw embeddedProblem('embedded.damaged_home', { detail: `${path} is not readable.`, cause });
  }
}

/** 192 bits, safe in a URL. */
function randomText(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(24))).toString('hex');
}
