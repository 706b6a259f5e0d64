import type { UnitOfWork } from '@registrar/database';

/** The scope in which it is found out who calls, before anybody is known. */
export function accessScope(workspaceId: string): UnitOfWork {
  return { workspaceId, actor: { type: 'system', id: 'access' }, requestId: 'authentication' };
}
