import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { FIRST_WORKSPACE_ID, isApiKeyToken, newApiKeyToken, type ApiKeysService } from '@registrar/access';
import type { UnitOfWork } from '@registrar/database';
import { Secret } from '@registrar/secret';
import type { WorkspacesService } from '@registrar/tenants';

const SCOPE: UnitOfWork = { workspaceId: FIRST_WORKSPACE_ID, actor: { type: 'system', id: 'bootstrap' }, requestId: 'bootstrap' };

/**
 * Makes the first workspace and its owner's key, where there is none. The key is written to `file` (mode 0600) before it is
 * stored, so a crash between the two loses none: the next start stores what the file holds. Any number may start at once.
 */
export async function makeFirstWorkspace(workspaces: WorkspacesService, apiKeys: ApiKeysService, file: string): Promise<void> {
  await workspaces.create(SCOPE, 'Registrar');
  const { items } = await apiKeys.list(SCOPE, { limit: 1 });
  if (items.length > 0) return;
  const { token, written } = await keyIn(file);
  const made = await apiKeys.createFirst(SCOPE, 'Owner', token);
  // Another machine was first: the key in our file would open nothing.
  if (!made && written) await rm(file, { force: true });
}

async function keyIn(file: string): Promise<{ token: Secret; written: boolean }> {
  const token = newApiKeyToken();
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  try {
    const handle = await open(file, 'wx', 0o600);
    await handle.writeFile(`${token.expose()}\n`);
    await handle.sync();
    await handle.close();
    return { token, written: true };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const kept = Secret.of((await readFile(file, 'utf8')).trim());
  if (isApiKeyToken(kept)) return { token: kept, written: false };
  // A half-written file of a start that died.
  await rm(file, { force: true });
  return keyIn(file);
}
