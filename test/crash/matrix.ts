import type { Part } from '../support/index.js';
import type { Checker } from './checker.js';
import type { Demand } from './demand.js';
import type { Run } from './plan.js';
import type { Tally } from './tally.js';
import type { CrashWorld } from './world.js';

const PATIENCE_MS = 180_000;
const AGAIN_MS = 1_200;
const ASKED = 4;
const FEW = 3;
const MANY = 12;
const APART_MS = 120;

/** Kills by named points, run after run; each worker takes the next run as soon as its last one has killed it. */
export class Matrix {
  /** What was asked for and is not answered yet: whoever looks when nothing is under way waits for it first. */
  readonly #asking = new Set<Promise<void>>();

  constructor(
    private readonly world: CrashWorld,
    private readonly demand: Demand,
    private readonly checker: Checker,
    private readonly tally: Tally,
  ) {}

  /** All runs of one point, by as many processes as can come past it, and the books as they stand afterwards. */
  async point(runs: readonly Run[], check: 'at once' | 'quiet' | 'thorough'): Promise<void> {
    const { stack } = this.world;
    const [first] = runs;
    if (!first) return;
    const parts = first.point === 'R0' ? [stack.api] : stack.workers;
    const left = [...runs];
    await Promise.all(
      parts.map(async (part) => {
        await part.kill('SIGKILL');
        for (let run = left.shift(); run; run = left.shift()) await this.#run(part, run);
        await part.restart({ FAULTS: '' });
      }),
    );
    await Promise.all(this.#asking);
    this.tally.checked(first.point, check === 'at once' ? await this.checker.now() : await this.checker.quiet(check === 'thorough'));
  }

  /** Something else is always in the middle of something, too. */
  async #ask({ point, kind }: Run): Promise<void> {
    const others = this.demand.ask('register', point === 'R0' ? MANY : FEW);
    await new Promise((resolve) => setTimeout(resolve, APART_MS));
    await Promise.all([others, this.demand.ask(kind, ASKED)]);
  }

  /** The part is started with the point armed, is given work until it has died of it, and the books are looked at. */
  async #run(part: Part, run: Run): Promise<void> {
    const end = performance.now() + PATIENCE_MS;
    for (let died = false; !died;) {
      // What was left to it may kill it before it says that it is ready.
      await part.restart({ FAULTS: `${run.point}:kill:${run.nth}` }).catch(() => undefined);
      const death = part.ended;
      let over = false;
      const ended = death.then(() => (over = true));
      while (!over) {
        if (performance.now() > end) throw new Error(`Nothing came past ${run.point}`);
        const asked = this.#ask(run);
        this.#asking.add(asked);
        const over = () => this.#asking.delete(asked);
        void asked.then(over, over);
        await Promise.race([ended, asked.then(() => new Promise((resolve) => setTimeout(resolve, AGAIN_MS)))]);
      }
      died = (await death).signal === 'SIGKILL';
    }
    this.tally.struck(run.point, await sending(this.world));
    this.tally.checked(run.point, await this.checker.now());
  }
}

/** How many attempts are being sent, or were when somebody died. */
export async function sending({ stack }: CrashWorld): Promise<number> {
  const [row] = await stack.query<{ n: number }>(`SELECT count(*)::integer AS n FROM attempts WHERE status = 'sending'`);
  return row?.n ?? 0;
}
