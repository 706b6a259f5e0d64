import type { Site } from '../vendor.js';
import type { Behaviour } from './behaviour.js';
import { Clients } from './clients.js';
import { Grants } from './grants.js';
import { InitialAccess } from './initial-access.js';
import { KeyCache } from './key-cache.js';
import { token } from './client.js';
import type { ProductName } from './product-names.js';
import { UsedAssertions } from './used-assertions.js';

/** What the steps of one simulated server work with. */
export class Premises {
  readonly clients: Clients;
  readonly grants: Grants;
  readonly keys: KeyCache;
  readonly initialAccess: InitialAccess;
  readonly used = new UsedAssertions();
  /** Opens everything that is an administrator's. */
  readonly adminToken = token();

  /** @param behaviour changed as a whole, by the control port */
  constructor(
    readonly site: Site,
    readonly product: ProductName,
    public behaviour: Behaviour,
  ) {
    this.clients = new Clients(site);
    this.grants = new Grants();
    this.keys = new KeyCache(product);
    this.initialAccess = new InitialAccess(this);
  }

  /** This server's own clock, in milliseconds since the epoch: the simulator's, and what it is off by. */
  now(): number {
    return this.site.clock.now() + this.behaviour.clockSkewMs;
  }

  url(path: string): string {
    return this.site.issuer + path;
  }

  /** Lets go of what time has ended. */
  sweep(): void {
    const now = this.now();
    this.clients.expire(this.behaviour.clientLifeMs, now);
    this.grants.sweep(now);
  }
}
