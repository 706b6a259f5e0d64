import { accounted } from './accounted.js';
import { isUnderWay, lost, unfinished, type Acknowledgement } from './acknowledged.js';
import { audited } from './audited.js';
import { readAccount, type Account } from './books.js';
import { doubled } from './doubled.js';
import { fenced } from './fenced.js';
import { controlled, usable } from './held.js';
import { openHoldings } from './holdings.js';
import type { Violations } from './invariant.js';
import { issuedDigests, plaintext } from './plaintext.js';
import type { CrashWorld } from './world.js';

const QUIET_MS = 120_000;
const SOON_MS = 30_000;
const UNDER_WAY = `SELECT count(*)::integer AS n FROM operations WHERE status IN ('queued', 'running')
  OR (status = 'waiting' AND (waiting->>'until' IS NULL OR (waiting->>'until')::timestamptz < clock_timestamp() + $1 * interval '1 millisecond'))`;

/** Holds the servers' ledger against Registrar's books. */
export class Checker {
  constructor(
    private readonly world: CrashWorld,
    private readonly acknowledged: readonly Acknowledgement[],
  ) {}

  /** What holds at any moment, while work goes on. */
  async now(): Promise<Violations> {
    // What is acknowledged while the books are read need not be in them.
    const acknowledged = [...this.acknowledged];
    return standing(await readAccount(this.world.stack), acknowledged);
  }

  /**
   * What holds once nothing is under way any more; what still is after two minutes is a violation itself.
   * @param thorough every row and line is searched for secrets, and the audit chains are followed, too.
   */
  async quiet(thorough = true): Promise<Violations> {
    const { stack } = this.world;
    for (const end = performance.now() + QUIET_MS; performance.now() < end;) {
      const [row] = await stack.query<{ n: number }>(UNDER_WAY, [SOON_MS]).catch(() => [{ n: 1 }]);
      if (row?.n === 0) break;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    const acknowledged = [...this.acknowledged];
    const account = await readAccount(stack);
    const { held, trail } = await openHoldings(stack, thorough);
    const busy = new Set(
      account.books.operations.filter((one) => isUnderWay(one) || one.status === 'waiting').map((one) => one.registrationId),
    );
    const holdings = {
      ledger: account.ledger,
      registrations: account.books.registrations.filter(({ id }) => !busy.has(id)),
      held,
    };
    const anyTime = standing(account, acknowledged);
    return {
      ...anyTime,
      I3: thorough ? plaintext(await this.#texts(), issuedDigests(account.ledger)) : [],
      I4: [...(anyTime.I4 ?? []), ...unfinished(account)],
      I5: controlled(holdings),
      I6: usable(holdings),
      I8: audited(account, trail),
    };
  }

  /** Every row of every table as text, and what the programs have printed. */
  async #texts(): Promise<(readonly [string, string])[]> {
    const { stack } = this.world;
    const tables = await stack.query<{ name: string }>(
      `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
    );
    const rows = await Promise.all(
      tables.map(async ({ name }) =>
        (await stack.query<{ row: string }>(`SELECT t::text AS row FROM ${name} t`)).map(({ row }) => [name, row] as const),
      ),
    );
    const printed = [stack.api, ...stack.workers].flatMap((part) => part.lines.map((line) => [part.name, line] as const));
    return [...rows.flat(), ...printed];
  }
}

function standing(account: Account, acknowledged: readonly Acknowledgement[]): Violations {
  return { I1: accounted(account), I2: doubled(account), I4: lost(account, acknowledged), I7: fenced(account) };
}
