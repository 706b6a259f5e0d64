import { readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/** The unprivileged account that the server runs as when we are root: Postgres refuses to run as root. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

const NOBODY: Account = { uid: 65534, gid: 65534 };

/**
 * Who runs the server: the owner of the data folder where there is one, else `nobody`.
 * Undefined when we are not root: then the server runs as ourselves.
 */
export async function serverAccount(dataFolder: string): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const owner = await stat(dataFolder).catch(() => undefined);
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  const passwd = await readFile('/etc/passwd', 'utf8').catch(() => '');
  const nobody = passwd
    .split('\n')
    .map((line) => line.split(':'))
    .find(([name]) => name === 'nobody');
  return nobody?.[2] && nobody[3] ? { uid: Number(nobody[2]), gid: Number(nobody[3]) } : NOBODY;
}

/** The uppermost folder on the way to `folder`, itself included, that the account may not enter; undefined when it reaches it. */
export async function closedFolder(folder: string, account: Account | undefined): Promise<string | undefined> {
  if (!account) return undefined;
  const parent = dirname(folder);
  const above = parent === folder ? undefined : await closedFolder(parent, account);
  if (above !== undefined) return above;
  const { uid, gid, mode } = await stat(folder);
  const enter = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001;
  return (mode & enter) === 0 ? folder : undefined;
}
