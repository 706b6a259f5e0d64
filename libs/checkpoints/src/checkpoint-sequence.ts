import type { Checkpoint } from './checkpoint.js';

/**
 * What does not fit among the checkpoints of one workspace: `missing`, from `n` to `upTo`, though a later one is there; `forked`, the
 * `n`th is there twice and not the same, or is not the one that the next names; `behind`, the `n`th counts fewer entries of a chain
 * than an earlier one.
 */
export interface CheckpointFault {
  readonly n: number;
  readonly upTo: number;
  readonly what: 'missing' | 'forked' | 'behind';
}

interface Link {
  readonly sha256: string;
  readonly previous: string | null;
}

/** Compares checkpoints with one another: each names the digest of the one before, and no chain grows shorter. */
export class CheckpointSequence {
  readonly #links = new Map<number, Link>();
  readonly #forked = new Set<number>();
  readonly #behind = new Set<number>();
  /** Of each chain, the latest checkpoint that names it, and how many entries that counts. */
  readonly #heads = new Map<string, { readonly n: number; readonly seq: number }>();

  /** One that is signed; in any order, and as often as it was sent. `sha256`: of the text that was signed. */
  add({ n, previous, heads }: Checkpoint, sha256: string): void {
    const known = this.#links.get(n);
    if (known?.sha256 === sha256) return;
    if (known) {
      this.#forked.add(n);
      return;
    }
    this.#links.set(n, { sha256, previous });
    for (const { chainId, seq } of heads) {
      const last = this.#heads.get(chainId);
      if (last && seq !== last.seq && n > last.n !== seq > last.seq) this.#behind.add(Math.max(n, last.n));
      if (!last || n > last.n) this.#heads.set(chainId, { n, seq });
    }
  }

  /** By number. @param since Below this one, some are left out in good order. */
  faults(since?: number): CheckpointFault[] {
    const numbers = [...this.#links.keys()].sort((a, b) => a - b);
    const missing = numbers.flatMap((n, index): CheckpointFault[] => {
      const from = Math.max((numbers[index - 1] ?? n - 1) + 1, since ?? 0);
      return from < n ? [{ n: from, upTo: n - 1, what: 'missing' }] : [];
    });
    const unlike = numbers.filter((n) => {
      const before = this.#links.get(n - 1);
      return before !== undefined && before.sha256 !== this.#links.get(n)?.previous;
    });
    const forked = new Set([...this.#forked, ...unlike.map((n) => n - 1)]);
    const single = (what: 'forked' | 'behind') => (n: number) => ({ n, upTo: n, what });
    return [...missing, ...[...forked].map(single('forked')), ...[...this.#behind].map(single('behind'))].sort((a, b) => a.n - b.n);
  }
}
