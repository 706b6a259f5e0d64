import type { Transaction } from '@registrar/database';
import { beginOperations, planUpdates, type OperationWanted, type PlannedUpdate } from '@registrar/registrations';
import { advance } from './advance.js';
import { present, standingOf } from './present.js';
import type { RolloutRow } from './rollout.entity.js';
import type { ItemState, RolloutProblem } from './rollout.js';
import type { RolloutStep } from './rollouts.records.js';
import { rolloutRows, type ItemRow } from './rollouts.repository.js';
import type { RolloutParts } from './rollouts.service.js';

/** How soon to look again while operations are under way: when one ends it is looked at at once; this is for what dies in between. */
const LOOK_AGAIN_MS = 2_000;
/** While nobody but people and windows is waited for. */
const LOOK_LATER_MS = 15_000;

type Standing = Pick<ItemRow, 'registrationId' | 'canary' | 'way' | 'operationId' | 'documentHash'> & { readonly state: ItemState };

/** Advances roll-outs: it owns nothing that runs, and holds the roll-out's row while it decides, so of two workers one does. */
export class RolloutRunner {
  #looking: Promise<void> | undefined;
  #rung = false;

  constructor(
    private readonly parts: Omit<RolloutParts, 'approver'>,
    private readonly complain: (rolloutId: string, error: unknown) => void,
  ) {}

  /** Looks at what is due now; a call that comes while it looks is one more look afterwards. */
  ring(): Promise<void> {
    this.#rung = true;
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  /** An operation has gone on: where it is one of a roll-out's, that is looked at now. */
  carried(input: Readonly<Record<string, unknown>>): void {
    const id = input['rollout_id'];
    if (typeof id === 'string')
      void this.parts.due
        .ring(id)
        .then(() => this.ring())
        .catch((error: unknown) => {
          this.complain(id, error);
        });
  }

  /** Resolves when nothing is being looked at. */
  async drain(): Promise<void> {
    await this.#looking;
  }

  async #look(): Promise<void> {
    const { due, clock } = this.parts;
    while (this.#rung) {
      this.#rung = false;
      await due
        .lookAtDue(clock.now(), (tx, id) => this.#advance(tx, id), this.complain)
        .catch((error: unknown) => {
          this.complain('due', error);
        });
    }
  }

  async #advance(tx: Transaction, id: string): Promise<void> {
    const row = await rolloutRows.lock(tx, id);
    if (row?.status !== 'running') {
      await this.parts.due.clear(tx, id);
      return;
    }
    const rows = await rolloutRows.items(tx, id);
    const items = rows.map((item): Standing => ({ ...item, state: standingOf(item) }));
    const next = await this.#act(tx, row, items);
    const before = new Map(rows.map((item) => [item.registrationId, item.state]));
    await rolloutRows.settle(
      tx,
      id,
      next.items.filter((item) => item.state !== before.get(item.registrationId)),
    );
    if (next.row !== row) await rolloutRows.update(tx, { ...next.row, updatedAt: this.parts.clock.now() });
    for (const step of next.steps) this.parts.records.write(tx, step, present(next.row));
    if (next.row.status !== 'running') await this.parts.due.clear(tx, id);
    else await this.parts.due.set(tx, id, { inMs: next.items.some(isUnderWay) ? LOOK_AGAIN_MS : LOOK_LATER_MS });
  }

  /** Takes the pure actions one after the other; what could not be started stays where it is. */
  async #act(tx: Transaction, row: RolloutRow, items: readonly Standing[]) {
    let result: { readonly row: RolloutRow; readonly items: readonly Standing[]; readonly steps: readonly RolloutStep[] } = {
      row,
      items,
      steps: [],
    };
    for (const action of advance({ ...row, items })) {
      const { clock } = this.parts;
      if (action.kind === 'widen') result = { ...result, row: { ...result.row, stage: 'rest' }, steps: [...result.steps, 'widen'] };
      if (action.kind === 'succeed')
        result = { ...result, row: { ...result.row, status: 'succeeded', finishedAt: clock.now() }, steps: [...result.steps, 'succeed'] };
      if (action.kind === 'halt')
        result = halted(result, { code: action.code, detail: haltWords(action.code, action.failed, row.failureLimit) });
      if (action.kind === 'start') {
        const started = await this.#start(tx, row, result.items, action.registrationIds);
        result = started === 'documents_changed' ? halted(result, DOCUMENTS_CHANGED) : { ...result, items: started };
      }
    }
    return result;
  }

  /** Begins updates of what still would get the document that was planned, and approved; what is busy is left for the next look. */
  async #start(tx: Transaction, row: RolloutRow, items: readonly Standing[], ids: readonly string[]) {
    const { access, clock } = this.parts;
    const { applicationId, revision } = row;
    const planned = await planUpdates(tx, { applicationId, revision, registrationIds: ids }, access);
    const byId = new Map(planned.map((update) => [update.registrationId, update]));
    const chosen = new Set(ids);
    const judged = items.map((item) => (chosen.has(item.registrationId) ? judge(item, byId.get(item.registrationId), revision) : item));
    if (judged.includes('documents_changed')) return 'documents_changed';
    const ready = judged.filter((item) => item !== 'documents_changed');
    const wanted = ready
      .filter((item) => chosen.has(item.registrationId) && item.state === 'pending')
      .map((item) => operationFor(item, { revision, rollout_id: row.id }));
    const begun = wanted.length > 0 ? await beginOperations(tx, wanted, clock.now()) : new Map<string, string>();
    return ready.map((item): Standing => {
      const operationId = begun.get(item.registrationId);
      return operationId === undefined ? item : { ...item, state: 'running', operationId };
    });
  }
}

const DOCUMENTS_CHANGED: RolloutProblem = {
  code: 'documents_changed',
  detail: 'A registration would get another document than the one that was planned; begin a new roll-out.',
};

/** Another client in place of one that nobody can change, which was planned so and approved; else an update. */
function operationFor(
  { registrationId, way }: Standing,
  input: { readonly revision: number; readonly rollout_id: string },
): OperationWanted {
  if (way !== 'reregistration') return { registrationId, kind: 'update', input };
  return { registrationId, kind: 'rotate', input: { ...input, phase: 'replace', reason: 'scheduled', accept_new_client_id: true } };
}

function judge(item: Standing, update: PlannedUpdate | undefined, revision: number): Standing | 'documents_changed' {
  if (update?.status !== 'active') return { ...item, state: 'skipped' };
  if (update.documentHash === item.documentHash) return item;
  // Somebody else brought it there, or took away the way to do it, in the meantime.
  const there = update.revision === revision && update.changes.length === 0;
  return there || update.way === 'reregistration' ? { ...item, state: 'skipped' } : 'documents_changed';
}

function halted<R extends { readonly row: RolloutRow; readonly steps: readonly RolloutStep[] }>(result: R, problem: RolloutProblem): R {
  return { ...result, row: { ...result.row, status: 'halted', problem }, steps: [...result.steps, 'halt'] };
}

function haltWords(code: 'canary_failed' | 'failure_limit', failed: number, limit: number): string {
  return code === 'canary_failed'
    ? `${failed} of the canaries failed; nothing else was begun.`
    : `${failed} registrations failed, and ${limit} may; nothing more is begun.`;
}

function isUnderWay({ state }: Standing): boolean {
  return state === 'running' || state === 'pending';
}
