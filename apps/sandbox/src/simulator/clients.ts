import type { Site } from '../vendor.js';
import { token } from './client.js';
import type { SimulatedClient, Wire } from './client.js';

/** The clients of one simulated server, each in the ledger before any answer names it. */
export class Clients {
  readonly #clients = new Map<string, SimulatedClient>();

  constructor(private readonly site: Site) {}

  get size(): number {
    return this.#clients.size;
  }

  find(id: string): SimulatedClient | undefined {
    return this.#clients.get(id);
  }

  all(): Iterable<SimulatedClient> {
    return this.#clients.values();
  }

  /** Takes it in, or notes that it changed. */
  save(client: SimulatedClient): void {
    this.#clients.set(client.id, client);
    const endsAt = client.secret?.endsAt ?? null;
    const wire: Wire = { ...client.metadata, ...(endsAt === null ? {} : { client_secret_expires_at: endsAt / 1000 }) };
    this.site.ledger.put(this.site, client.id, wire, client.history);
  }

  remove(client: SimulatedClient, by: 'client' | 'administrator' | 'expiry', now: number): void {
    client.history.deleted_by = by;
    client.dropSecrets(now);
    client.dropRat(now);
    this.#clients.delete(client.id);
    this.site.ledger.delete(this.site, client.id);
  }

  /** Lets go of clients whose whole life is over; nobody is told. */
  expire(lifeMs: number | null, now: number): void {
    if (lifeMs === null) return;
    for (const client of this.#clients.values()) if (now >= client.createdAt + lifeMs) this.remove(client, 'expiry', now);
  }

  newId(prefix: string): string {
    return prefix + token();
  }

  /** Whose registration access token it is. */
  ofRat(value: string): SimulatedClient | undefined {
    for (const client of this.#clients.values()) if (client.rat?.value === value) return client;
    return undefined;
  }
}
