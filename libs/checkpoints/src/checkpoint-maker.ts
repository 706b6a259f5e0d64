import { workspaceIds } from '@registrar/access';
import type { Clock } from '@registrar/clock';
import type { Database, UnitOfWork } from '@registrar/database';
import type { PlatformSigner } from '@registrar/keys';
import { digestText, newId } from '@registrar/vault';
import { CHECKPOINT_TYPE, checkpointLine, checkpointText } from './checkpoint.js';
import type { CheckpointSink } from './checkpoint-sink.js';
import { checkpointTurn } from './checkpoint-turn.repository.js';
import { checkpointRows, KEPT } from './checkpoints.repository.js';

export interface CheckpointMakerParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly signer: PlatformSigner;
  readonly sink: CheckpointSink;
  /** Hears what goes wrong; the next turn tries again. */
  readonly complain: (error: unknown) => void;
}

const WORKSPACES_AT_ONCE = 200;
/** Chains in one checkpoint: some 50 KB, so that one fits into a request. */
const CHAINS_AT_ONCE = 300;
const SENT_AT_ONCE = 20;

/**
 * Makes signed checkpoints of what moved, each minute or 1,000 entries, whichever is first, once over all workers (T13). One is
 * stored before it is sent, and sent until it is out: after a crash it may go out twice, and never not at all.
 */
export class CheckpointMaker {
  readonly #id = newId();
  #turn: Promise<void> | undefined;

  constructor(private readonly parts: CheckpointMakerParts) {}

  /** Begins a turn where one is due; does not wait for it. */
  look(): Promise<void> {
    this.#turn ??= this.#take()
      .catch(this.parts.complain)
      .finally(() => {
        this.#turn = undefined;
      });
    return Promise.resolve();
  }

  /** Resolves when nothing is in hand. */
  async drain(): Promise<void> {
    await this.#turn;
  }

  async #take(): Promise<void> {
    const { database } = this.parts;
    if (!(await checkpointTurn.take(database, this.#id))) return;
    try {
      for (let after: string | undefined; ;) {
        const ids = await workspaceIds(database, { limit: WORKSPACES_AT_ONCE, ...(after === undefined ? {} : { after }) });
        for (const { id } of ids.slice(0, WORKSPACES_AT_ONCE)) {
          await this.workspace(id);
          after = id;
        }
        if (ids.length <= WORKSPACES_AT_ONCE || !(await checkpointTurn.keep(database, this.#id))) return;
      }
    } finally {
      await checkpointTurn.giveBack(database, this.#id);
    }
  }

  /** Sends what is not out yet, then makes and sends what is due of this workspace. */
  async workspace(workspaceId: string): Promise<void> {
    const scope: UnitOfWork = { workspaceId, actor: { type: 'system', id: 'checkpoints' }, requestId: 'checkpoint' };
    await this.#send(scope);
    while ((await this.#make(scope)) > 0) await this.#send(scope);
  }

  /** @returns how many chains it names. */
  async #make(scope: UnitOfWork): Promise<number> {
    const { database, clock, signer } = this.parts;
    const { heads, last } = await database.transaction(scope, async (tx) => {
      // In this order: a checkpoint that comes in between takes our number, and never leaves us its chains once more.
      const newest = await checkpointRows.last(tx);
      return { last: newest, heads: await checkpointRows.moved(tx, CHAINS_AT_ONCE) };
    });
    if (heads.length === 0) return 0;
    const [n, at] = [(last?.n ?? 0) + 1, clock.now()];
    const text = checkpointText({ workspaceId: scope.workspaceId, n, at: at.toISOString(), previous: last?.sha256 ?? null, heads });
    const jws = await signer.sign(CHECKPOINT_TYPE, text);
    const made = await database.transaction(scope, (tx) => checkpointRows.insert(tx, { n, at, jws, sha256: digestText(text) }, heads));
    return made ? heads.length : 0;
  }

  async #send(scope: UnitOfWork): Promise<void> {
    const { database, clock, sink } = this.parts;
    for (;;) {
      const unsent = await database.transaction(scope, (tx) => checkpointRows.unsent(tx, SENT_AT_ONCE));
      const last = unsent.at(-1);
      if (!last) return;
      await sink.send(unsent.map(({ n, at, jws }) => checkpointLine({ workspaceId: scope.workspaceId, n, at: at.toISOString() }, jws)));
      await database.transaction(scope, async (tx) => {
        await checkpointRows.sent(tx, last.n, clock.now());
        await checkpointRows.prune(tx, KEPT);
      });
      if (unsent.length < SENT_AT_ONCE) return;
    }
  }
}
