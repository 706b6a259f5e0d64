import type { Notifications } from '@registrar/database';
import { SUCCEEDED } from './data-keys.js';
import { SHREDDED } from './shred.js';
import type { Vault } from './vault.js';

/**
 * Lets go of shredded keys in this process, and of those that have a successor, as soon as the database tells of them. What is not heard, because the listening
 * connection is away just then, is let go of when the key has been held for five minutes.
 */
export class KeyPurge {
  constructor(
    private readonly notifications: Notifications,
    private readonly vault: Vault,
  ) {}

  async start(): Promise<void> {
    await this.notifications.listen(SHREDDED, (payload) => {
      const [workspaceId = '', tenantId = '', keys = ''] = payload.split(':');
      this.vault.forget({ workspaceId, tenantId }, keys.split(','));
    });
    await this.notifications.listen(SUCCEEDED, (payload) => {
      const [workspaceId = '', tenantId = ''] = payload.split(':');
      this.vault.renew({ workspaceId, tenantId });
    });
  }
}
