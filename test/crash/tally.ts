import type { FaultPoint } from '@registrar/faults';
import { countOf, violationsOf, type Violations } from './invariant.js';

/** Where a kill struck: a named point, or a part at a moment of its own. */
export type Struck = FaultPoint | 'random: worker' | 'random: api' | 'random: postgres';

interface Row {
  runs: number;
  counted: number;
  violations: number;
}

/** What was killed where, and what was found afterwards. */
export class Tally {
  readonly #rows = new Map<Struck, Row>();
  readonly found: { readonly at: string; readonly violations: Violations }[] = [];

  /** @param sending how many attempts were being sent when it died: only then does a kill count. */
  struck(at: Struck, sending: number): void {
    const row = this.#row(at);
    row.runs += 1;
    if (sending > 0) row.counted += 1;
  }

  checked(at: Struck, violations: Violations): void {
    const bad = violationsOf(violations);
    this.#row(at).violations += countOf(bad);
    if (countOf(bad) === 0) return;
    this.found.push({ at, violations: bad });
    process.stdout.write(`${at}: ${JSON.stringify(bad)}\n`);
  }

  get counted(): number {
    return [...this.#rows.values()].reduce((sum, { counted }) => sum + counted, 0);
  }

  get runs(): number {
    return [...this.#rows.values()].reduce((sum, { runs }) => sum + runs, 0);
  }

  /** point × runs × violations, with a bar for the kills that count. */
  get table(): string {
    const lines = [...this.#rows].map(
      ([at, { runs, counted, violations }]) =>
        `${at.padEnd(18)}${String(runs).padStart(5)}${String(violations).padStart(12)}${String(counted).padStart(9)}  ${'#'.repeat(counted)}`,
    );
    return [`${'point'.padEnd(18)} runs  violations  counted`, ...lines].join('\n');
  }

  #row(at: Struck): Row {
    const row = this.#rows.get(at) ?? { runs: 0, counted: 0, violations: 0 };
    this.#rows.set(at, row);
    return row;
  }
}
