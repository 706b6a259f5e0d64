/** Business time (expiry, due, window, soak). Leases, fences and gates use the database's clock instead. */
export interface Clock {
  now(): Date;
}

/** The wall clock, moved by a fixed number of milliseconds; 0 in production. The only reader of the wall clock. */
export class SystemClock implements Clock {
  constructor(private readonly offsetMs = 0) {}

  now(): Date {
    return new Date(Date.now() + this.offsetMs);
  }
}

/** A clock that stands still until it is moved, for tests of pure rules. */
export class ManualClock implements Clock {
  constructor(private current: Date) {}

  now(): Date {
    return new Date(this.current);
  }

  advance(ms: number): void {
    this.current = new Date(this.current.getTime() + ms);
  }
}
