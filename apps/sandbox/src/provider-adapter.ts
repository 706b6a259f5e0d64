import type { Adapter, AdapterPayload } from 'oidc-provider';
import type { Site } from './vendor.js';

/** oidc-provider's storage for one model of one server. A client is in the ledger before the answer that names it leaves. */
export class ProviderAdapter implements Adapter {
  constructor(
    private readonly model: string,
    private readonly site: Site,
  ) {}

  upsert(id: string, payload: AdapterPayload, expiresIn?: number): Promise<void> {
    this.site.store.put(this.model, id, payload, expiresIn);
    if (this.model === 'Client') this.site.ledger.put(this.site, id, payload);
    return Promise.resolve();
  }

  find(id: string): Promise<AdapterPayload | undefined> {
    return Promise.resolve(this.site.store.find(this.model, id));
  }

  findByUid(uid: string): Promise<AdapterPayload | undefined> {
    return Promise.resolve(this.#findBy((payload) => payload.uid === uid));
  }

  findByUserCode(userCode: string): Promise<AdapterPayload | undefined> {
    return Promise.resolve(this.#findBy((payload) => payload.userCode === userCode));
  }

  consume(id: string): Promise<void> {
    const payload = this.site.store.find(this.model, id);
    if (payload) payload.consumed = Math.floor(Date.now() / 1000);
    return Promise.resolve();
  }

  destroy(id: string): Promise<void> {
    this.site.store.delete(this.model, id);
    if (this.model === 'Client') this.site.ledger.delete(this.site, id);
    return Promise.resolve();
  }

  revokeByGrantId(grantId: string): Promise<void> {
    this.site.store.deleteWhere((payload) => payload.grantId === grantId);
    return Promise.resolve();
  }

  #findBy(matches: (payload: AdapterPayload) => boolean): AdapterPayload | undefined {
    const { store } = this.site;
    for (const id of store.ids(this.model)) {
      const payload = store.find(this.model, id);
      if (payload && matches(payload)) return payload;
    }
    return undefined;
  }

  /** Moves the end of secrets an hour into the past, as the records have it: beyond any clock tolerance of the provider. */
  static expireSecrets(site: Site, clientId?: string): number {
    const expiresAt = Math.floor(Date.now() / 1000) - 3600;
    let expired = 0;
    for (const id of clientId === undefined ? site.store.ids('Client') : [clientId]) {
      const client = site.store.find('Client', id);
      if (client?.client_secret === undefined) continue;
      const payload = { ...client, client_secret_expires_at: expiresAt };
      site.store.put('Client', id, payload);
      site.ledger.put(site, id, payload);
      expired += 1;
    }
    return expired;
  }

  /** What only the server's administrator can do: the client is gone, and nobody there has asked for it. */
  static removeClient(site: Site, clientId: string): number {
    if (!site.store.find('Client', clientId)) return 0;
    site.store.delete('Client', clientId);
    site.ledger.delete(site, clientId);
    return 1;
  }
}
