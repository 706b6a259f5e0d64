import type { Clock } from '@registrar/clock';
import type { Transaction } from '@registrar/database';
import { quirksFor, type Discovery, type Quirks } from '@registrar/dcr';
import { newId } from '@registrar/vault';
import type { AuthorizationServerRow } from './authorization-server.entity.js';
import { serverRows } from './authorization-servers.repository.js';
import type { EhrRow } from './ehr.entity.js';
import { enteredOrigin, fitness, identitiesOf, movedFrom, newServer, takeOver } from './pinned-server.js';
import { makeGates } from './upstream-gates.repository.js';

/** What became of a discovery: the server that guards the EHR, and whether it was turned down for now. */
export interface Pinned {
  readonly server?: AuthorizationServerRow;
  readonly quarantined: boolean;
}

/**
 * Ties EHRs to the authorization servers that guard them. What was found first is pinned: a later discovery changes paths
 * and capabilities by itself, but another origin or issuer only when a person confirms. So an EHR that lies about a
 * server quarantines itself and changes nothing for the others there.
 */
export class EhrPinning {
  constructor(private readonly clock: Clock) {}

  /** Takes a discovery in for this EHR, whose row then names its server and status; the caller writes the row. */
  async take(tx: Transaction, ehr: EhrRow, found: Discovery | undefined, quirks: Partial<Quirks> = {}): Promise<Pinned> {
    const server = await this.#serverOf(tx, ehr, found);
    const quarantined = server !== undefined && found !== undefined && this.#turnedDown(server, ehr, found);
    if (server && found && !quarantined && (found.issuerConfirmed || !server.issuerConfirmed) && found.status !== 'unreachable')
      await this.#update(tx, server, takeOver(server, found, enteredOrigin(found, entered(ehr))));
    if (server) await this.#describe(tx, server, ehr, quirks);
    ehr.authorizationServerId = server?.id ?? null;
    ehr.status = quarantined ? 'quarantined' : this.#statusOf(ehr, server, found);
    return { ...(server ? { server } : {}), quarantined };
  }

  /** Takes over what the last discovery found, because a person said that it is right; approves its registration origin too. */
  async confirm(tx: Transaction, ehr: EhrRow, found: Discovery): Promise<AuthorizationServerRow> {
    const identities = identitiesOf(found);
    const current = ehr.authorizationServerId === null ? null : await serverRows.lock(tx, ehr.authorizationServerId);
    const other = identities.length > 0 ? await serverRows.lockIdentity(tx, ehr.environment, identities) : null;
    const server = other ?? current ?? (await this.#make(tx, ehr, identities[0] ?? fallbackIdentity(ehr)));
    const registration = found.endpoints.registration;
    const changed = takeOver(server, found, registration === undefined ? [] : [new URL(registration).origin]);
    await this.#update(tx, server, changed);
    ehr.authorizationServerId = server.id;
    ehr.status = this.#statusOf(ehr, server, undefined);
    return server;
  }

  /** After a change of mode, vendor or quirks: the server learns of it, and the status follows. A quarantine stays. */
  async redescribe(tx: Transaction, ehr: EhrRow, said: { readonly quirks?: Partial<Quirks> | undefined }): Promise<void> {
    if (ehr.status === 'quarantined') return;
    const server = await this.#serverOf(tx, ehr, ehr.discovery ?? undefined);
    if (server) await this.#describe(tx, server, ehr, said.quirks ?? {});
    ehr.authorizationServerId = server?.id ?? null;
    ehr.status = this.#statusOf(ehr, server, ehr.discovery ?? undefined);
  }

  // A vendor that somebody named replaces `generic` only: EHRs of one server may be named differently.
  async #describe(tx: Transaction, server: AuthorizationServerRow, ehr: EhrRow, quirks: Partial<Quirks>): Promise<void> {
    const vendor = server.vendor === 'generic' ? ehr.vendor : server.vendor;
    const declares = Object.keys(quirks).length > 0;
    if (vendor === server.vendor && !declares) return;
    server.vendor = vendor;
    server.declaredQuirks = { ...server.declaredQuirks, ...quirks };
    await this.#update(tx, server, true);
  }

  /** What the EHR is fit for now. A failed discovery says so, unless a portal needs none. */
  #statusOf(ehr: EhrRow, server: AuthorizationServerRow | undefined, found: Discovery | undefined): EhrRow['status'] {
    if (!server || (found?.status === 'unreachable' && ehr.registrationMode !== 'portal')) return 'unreachable';
    return fitness(server, ehr.registrationMode, quirksFor(server.vendor, server.learnedQuirks, server.declaredQuirks));
  }

  async #serverOf(tx: Transaction, ehr: EhrRow, found: Discovery | undefined): Promise<AuthorizationServerRow | undefined> {
    const identities = found === undefined ? [] : identitiesOf(found);
    const current = ehr.authorizationServerId === null ? null : await serverRows.lock(tx, ehr.authorizationServerId);
    // A server that stood for a portal without endpoints gives way to the real one.
    if (current && (identities.length === 0 || current.endpoints.token !== undefined)) return current;
    const other = identities.length > 0 ? await serverRows.lockIdentity(tx, ehr.environment, identities) : null;
    if (other ?? current) return other ?? current ?? undefined;
    // Where a person registers, clients and key sets still need a server to belong to.
    const byPerson = ehr.registrationMode === 'portal' || found?.status === 'manual_only';
    const identity = identities[0] ?? (byPerson ? fallbackIdentity(ehr) : undefined);
    return identity === undefined ? undefined : this.#make(tx, ehr, identity);
  }

  /** Whether a person has to look first. What a person has confirmed before is not asked about again. */
  #turnedDown(server: AuthorizationServerRow, ehr: EhrRow, found: Discovery): boolean {
    if (found.status === 'unreachable') return ehr.status === 'quarantined';
    if (movedFrom(server, found).length > 0) return true;
    const isNew = server.endpoints.token === undefined;
    return found.status === 'quarantined' && (isNew || ehr.status === 'quarantined' || server.endpoints.token !== found.endpoints.token);
  }

  async #make(tx: Transaction, ehr: EhrRow, identity: string): Promise<AuthorizationServerRow> {
    const { workspaceId, environment, vendor } = ehr;
    const row = newServer({ workspaceId, id: newId(), environment, identity, vendor, now: this.clock.now() });
    const made = await serverRows.insert(tx, row);
    const server = made ? row : await serverRows.lockIdentity(tx, environment, [identity]);
    if (!server) throw new Error('An authorization server that exists can be read');
    await makeGates(tx, server.id);
    return server;
  }

  async #update(tx: Transaction, server: AuthorizationServerRow, changed: boolean): Promise<void> {
    if (!changed) return;
    server.version += 1;
    server.updatedAt = this.clock.now();
    await serverRows.update(tx, server);
  }
}

function entered(ehr: EhrRow): string[] {
  return [ehr.fhirBaseUrl, ehr.issuer].filter((url) => url !== null);
}

function fallbackIdentity(ehr: EhrRow): string {
  return ehr.issuer ?? ehr.fhirBaseUrl ?? `ehr:${ehr.id}`;
}
