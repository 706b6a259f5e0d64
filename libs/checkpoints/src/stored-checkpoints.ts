import { vouchedTogether, type Vouched } from '@registrar/audit';
import type { Database, UnitOfWork } from '@registrar/database';
import type { PlatformSigner } from '@registrar/keys';
import { checkpointRows } from './checkpoints.repository.js';
import { readCheckpoints } from './read-checkpoints.js';

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
   * @returns also how many of the given counted.
   */
  async vouched(scope: UnitOfWork, given: readonly string[] = []): Promise<{ readonly vouched: Vouched; readonly counted: number }> {
    const rows = await this.database.transaction(scopeOfAll(scope), (tx) => checkpointRows.all(tx));
    const [kept, brought] = [
      await readCheckpoints(
        this.signer,
        rows.map((row) => row.jws),
      ),
      await readCheckpoints(this.signer, given),
    ];
    const all = [kept, brought].map((read) => read.workspaces.get(scope.workspaceId) ?? new Map<string, ReadonlyMap<number, string>>());
    return { vouched: vouchedTogether(all), counted: brought.checkpoints };
  }
}

/** Checkpoints belong to the workspace; what of them is shown, the caller's own scope decides. */
function scopeOfAll({ workspaceId, actor, requestId }: UnitOfWork): UnitOfWork {
  return { workspaceId, actor, requestId };
}
