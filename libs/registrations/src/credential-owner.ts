import type { KeyOwner } from '@registrar/vault';
import type { ClientIdentity } from './work.js';

/** Under whose key a client's credential is sealed: its hospital's, or the workspace's where all hospitals share the client. */
export function credentialOwner(
  owner: { readonly workspaceId: string; readonly tenantId: string },
  client: Pick<ClientIdentity, 'scope'>,
): KeyOwner {
  return client.scope === 'application' ? { workspaceId: owner.workspaceId } : { workspaceId: owner.workspaceId, tenantId: owner.tenantId };
}
