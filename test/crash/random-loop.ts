import { until } from '../support/index.js';
import type { Checker } from './checker.js';
import type { Demand } from './demand.js';
import { isolated, type Progress } from './isolated.js';
import { sending } from './matrix.js';
import type { Blow, Extent } from './plan.js';
import type { Tally } from './tally.js';
import type { CrashWorld } from './world.js';

/** Kills api, workers and Postgres at moments of their own while everything is asked for at once. */
export class RandomLoop {
  constructor(
    private readonly world: CrashWorld,
    private readonly demand: Demand,
    private readonly checker: Checker,
    private readonly tally: Tally,
  ) {}

  async run(blows: readonly Blow[], extent: Extent): Promise<void> {
    let going = true;
    const asking = this.#ask(() => going);
    for (const blow of blows) {
      await new Promise((resolve) => setTimeout(resolve, blow.afterMs));
      await this.#strike(blow);
    }
    going = false;
    await asking;
    await this.#makeUp(extent);
    this.tally.checked('random: worker', await this.checker.quiet());
  }

  /** I9: the same is asked of the sick server and of the healthy ones, at once. */
  async isolation(count: number): Promise<void> {
    const { stack, sickEhr, ehrs } = this.world;
    await stack.sandbox.fault({ vendor: 'pingam', endpoint: 'registration', kind: 'hang', times: 1_000 });
    const before = this.demand.acknowledged.length;
    await Promise.all([
      this.demand.ask('register', count, sickEhr),
      ...ehrs.slice(0, 3).map((ehr) => this.demand.ask('register', count, ehr)),
    ]);
    const ids = new Set(this.demand.acknowledged.slice(before).map(({ registrationId }) => registrationId));
    const look = () => Promise.all([...ids].map((id) => this.#progress(id)));
    const progress = await until('what was asked of healthy servers, or the end of what the sick one holds', async () => {
      const seen = await look();
      return isolated(seen).length === 0 ? seen : undefined;
    }).catch(look);
    await stack.sandbox.clearFaults();
    this.tally.checked('random: worker', { I9: isolated(progress) });
  }

  async #progress(id: string): Promise<Progress> {
    const { body } = await this.world.stack.call<{ ehr_id: string; status: string }>('GET', `/v1/registrations/${id}`);
    const over = !['pending', 'registering', 'verifying'].includes(body.status);
    return { registrationId: id, sick: body.ehr_id === this.world.sickEhr, over };
  }

  async #ask(going: () => boolean): Promise<void> {
    while (going()) {
      await Promise.all([
        this.demand.ask('register', 6),
        this.demand.ask('rotate', 3),
        this.demand.ask('update', 2),
        this.demand.ask('delete', 2),
      ]);
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }

  /** What the extent promises and the blows did not leave time for. */
  async #makeUp({ least }: Extent): Promise<void> {
    for (const kind of ['register', 'rotate', 'delete'] as const) {
      for (let tries = 0; tries < 200 && this.demand.counts[kind] < least[kind]; tries += 1) {
        await this.demand.ask(kind, Math.min(40, least[kind] - this.demand.counts[kind]));
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
    }
  }

  async #strike({ part: name, number }: Blow): Promise<void> {
    const { stack, postgres } = this.world;
    if (name === 'postgres') {
      const open = await sending(this.world);
      await postgres.crash();
      this.tally.struck('random: postgres', open);
      this.tally.checked('random: postgres', await this.checker.now());
      return;
    }
    const part = name === 'api' ? stack.api : stack.workers[number];
    if (!part) throw new Error(`There is no worker ${number}`);
    await part.kill('SIGKILL');
    const at = name === 'api' ? 'random: api' : 'random: worker';
    this.tally.struck(at, await sending(this.world));
    await part.restart({ FAULTS: '' });
    this.tally.checked(at, await this.checker.now());
  }
}
