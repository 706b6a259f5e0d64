import type { Clock } from '@registrar/clock';
import type { Database, UnitOfWork } from '@registrar/database';
import { keyThumbprint } from '@registrar/keys';
import type { PlatformKeys } from '@registrar/vault';
import { aboutHospital, heldClients, type HeldRow } from './holding.repository.js';
import type { HeldClient, Holding } from './holding.js';
import { readLinkToken } from './link-token.js';
import { linkRows } from './links.repository.js';

/** What stands behind a link. */
export class Holdings {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly platformKeys: PlatformKeys,
  ) {}

  /**
   * What is held at the hospital that the link is for. It is read in a scope of that hospital alone, so row-level security
   * hides every other one. A token that was not made here is refused without a query.
   * @returns undefined for one that was changed, has expired or was revoked: nobody learns which.
   */
  async open(token: string, requestId: string): Promise<Holding | undefined> {
    const claims = readLinkToken(await this.platformKeys.key('link'), token);
    const now = this.clock.now();
    if (!claims || claims.expiresAt <= now) return undefined;
    const { workspaceId, tenantId, linkId } = claims;
    const scope: UnitOfWork = { workspaceId, tenantIds: [tenantId], actor: { type: 'system', id: 'link' }, requestId };
    const found = await this.database.transaction(scope, async (tx) => {
      const link = await linkRows.open(tx, tenantId, linkId, now);
      const about = link && (await aboutHospital(tx, tenantId));
      return about && { about, held: await heldClients(tx, tenantId) };
    });
    if (!found) return undefined;
    const { id, name, externalId, status, heldBy, certificate, shredding } = found.about;
    return {
      ...{ hospital: { id, name, externalId, status }, heldBy, at: now, expiresAt: claims.expiresAt, certificate, shredding },
      clients: await Promise.all(found.held.map(heldClient)),
    };
  }
}

async function heldClient({ keys, scope, contacts, ...row }: HeldRow): Promise<HeldClient> {
  return {
    ...row,
    scopes: scope?.split(' ').filter((one) => one !== '') ?? [],
    keyThumbprints: await Promise.all(keys.map(keyThumbprint)),
    securityContacts: contacts ?? [],
  };
}
