import { vouchedTogether, type Vouched } from '@registrar/audit';
import type { Database, UnitOfWork } from '@registrar/database';
import type { PlatformSigner } from '@registrar/keys';
import type { CheckpointFault } from './checkpoint-sequence.js';
import { checkpointRows, KEPT } from './checkpoints.repository.js';
import { readCheckpoints, type ReadCheckpoints } from './read-checkpoints.js';

/** What does not fit among the checkpoints of the database, or among those that were given, and where it shows. */
export interface KeptFault extends CheckpointFault {
  readonly kept: 'database' | 'given';
}

export interface VouchedByCheckpoints {
  readonly vouched: Vouched;
  /** How many of the given counted. */
  readonly counted: number;
  /** How many looked like one, and were not signed here. */
  readonly foreign: number;
  readonly faults: readonly KeptFault[];
}

/** What a verification of the audit log is measured against, beside the chains themselves. */
export class StoredCheckpoints {
  constructor(
    private readonly database: Database,
    private readonly signer: PlatformSigner,
  ) {}

  /**
   * What the checkpoints in the database vouch for, and those that the caller kept elsewhere. Whoever can write to the database
   * can take its own away, so only the others show for certain that nothing was cut off.
   * @param given JWS or lines as they were sent; those of other workspaces, and what is not signed here, do not count.
   */
  async vouched(scope: UnitOfWork, given: readonly string[] = []): Promise<VouchedByCheckpoints> {
    const rows = await this.database.transaction(scopeOfAll(scope), (tx) => checkpointRows.all(tx));
    const [kept, brought] = [
      await readCheckpoints(
        this.signer,
        rows.map((row) => row.jws),
      ),
      await readCheckpoints(this.signer, given),
    ];
    const all = [kept, brought].map((read) => read.workspaces.get(scope.workspaceId) ?? new Map<string, ReadonlyMap<number, string>>());
    const faults = [...this.#faults(kept, scope, 'database', (rows.at(-1)?.n ?? 0) - KEPT + 1), ...this.#faults(brought, scope, 'given')];
    return { vouched: vouchedTogether(all), counted: brought.checkpoints, foreign: brought.foreign, faults };
  }

  #faults(read: ReadCheckpoints, { workspaceId }: UnitOfWork, kept: KeptFault['kept'], since?: number): KeptFault[] {
    return (read.sequences.get(workspaceId)?.faults(since) ?? []).map((fault) => ({ ...fault, kept }));
  }
}

/** Checkpoints belong to the workspace; what of them is shown, the caller's own scope decides. */
function scopeOfAll({ workspaceId, actor, requestId }: UnitOfWork): UnitOfWork {
  return { workspaceId, actor, requestId };
}
