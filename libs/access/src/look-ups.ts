/** A look-up holds this long, so that what is revoked is refused within a second everywhere. */
const TRUST_MS = 900;
const MOST = 10_000;

interface LookUp<T> {
  readonly at: number;
  readonly found: Promise<T | undefined>;
}

/** Answers of the database that hold for 0.9 s: of any number of requests that come with the same key meanwhile, one asks. */
export class LookUps<T> {
  readonly #known = new Map<string, LookUp<T>>();

  get(name: string, find: () => Promise<T | undefined>): Promise<T | undefined> {
    const known = this.#known.get(name);
    if (known && performance.now() - known.at < TRUST_MS) return known.found;
    const lookUp = { at: performance.now(), found: find() };
    remember(this.#known, name, lookUp);
    const forget = () => {
      if (this.#known.get(name) === lookUp) this.#known.delete(name);
    };
    // A stranger's guesses are not kept.
    lookUp.found.then((row) => {
      if (row === undefined) forget();
    }, forget);
    return lookUp.found;
  }
}

/** Says yes to each name at most once a minute: for what is written beside a request, and not with every one. */
export class OnceAMinute {
  readonly #last = new Map<string, number>();

  due(name: string): boolean {
    const last = this.#last.get(name);
    if (last !== undefined && performance.now() - last < 60_000) return false;
    remember(this.#last, name, performance.now());
    return true;
  }

  /** It was not written after all. */
  undo(name: string): void {
    this.#last.delete(name);
  }
}

/** Keeps the newest 10,000. */
export function remember<T>(map: Map<string, T>, name: string, value: T): void {
  map.delete(name);
  map.set(name, value);
  if (map.size > MOST) map.delete(map.keys().next().value ?? '');
}
