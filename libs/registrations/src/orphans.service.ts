import type { Clock } from '@registrar/clock';
import { pageOf, type Database, type Page, type PageRequest, type Transaction, type UnitOfWork } from '@registrar/database';
import { evidenceOf } from './adopt-client.js';
import type { Records } from './create-registrations.js';
import type { Orphan, OrphanFilter, OrphanResolution } from './orphan.js';
import { orphanProblem } from './orphans.problems.js';
import { dropResidue, endOrphan, findOrphans } from './orphans.repository.js';

/** What is, or may be, left at EHRs; and a person's word that it is gone. */
export class Orphans {
  constructor(
    private readonly database: Database,
    private readonly records: Records,
    private readonly clock: Clock,
  ) {}

  list(scope: UnitOfWork, filter: OrphanFilter, page: PageRequest): Promise<Page<Orphan>> {
    return this.database.transaction(scope, async (tx) =>
      pageOf(await findOrphans(tx, filter, page.limit + 1, page.after), page, (row) => row),
    );
  }

  /** @throws Problem orphans.not_found */
  resolve(scope: UnitOfWork, id: string, resolved: OrphanResolution): Promise<void> {
    return this.database.transaction(scope, async (tx) => {
      const [orphan] = await findOrphans(tx, { id }, 1);
      if (!orphan || !(await this.#end(tx, orphan, resolved))) throw orphanProblem('orphans.not_found');
    });
  }

  /** A person removed at the portal what a deregistration left there. @throws Problem orphans.nothing_left */
  confirmRemoval(scope: UnitOfWork, registrationId: string, evidence: unknown): Promise<void> {
    return this.database.transaction(scope, async (tx) => {
      const left = await findOrphans(tx, { registrationId }, 200);
      if (left.length === 0) throw orphanProblem('orphans.nothing_left');
      for (const orphan of left) await this.#end(tx, orphan, { resolution: 'removed', evidence });
    });
  }

  async #end(tx: Transaction, orphan: Orphan, { resolution, evidence }: OrphanResolution): Promise<boolean> {
    const now = this.clock.now();
    const status = resolution === 'removed' ? 'deleted' : 'resolved_absent';
    if (!(await endOrphan(tx, orphan, status, evidenceOf(tx, evidence, now), now))) return false;
    await dropResidue(tx, orphan, now);
    this.records.audit.append(tx, {
      action: 'orphan.resolve',
      subject: { type: 'registration', id: orphan.registrationId },
      tenantId: orphan.tenantId,
      detail: { resolution, evidence, client_id: orphan.clientId, marker: orphan.marker },
    });
    return true;
  }
}
