import type { KeyOwner } from '@registrar/vault';
import type { WorkClient } from './work.js';

/** Under whose key a client's credential is sealed: its hospital's, or the workspace's where all hospitals share the client. */
export function credentialOwner(
  owner: { readonly workspaceId: string; readonly tenantId: string },
  client: Pick<WorkClient, 'scope'>,
): KeyOwner {
  return client.scope === 'application' ? { workspaceId: owner.workspaceId } : { workspaceId: owner.workspaceId, tenantId: owner.tenantId };
}
