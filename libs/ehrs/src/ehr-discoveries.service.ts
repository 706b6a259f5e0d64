import { assertEnvironment } from '@registrar/access';
import type { Clock } from '@registrar/clock';
import type { Database, UnitOfWork } from '@registrar/database';
import type { EhrPinning } from './ehr-pinning.js';
import { presentEhr } from './ehr-present.js';
import type { EhrProber } from './ehr-prober.js';
import { assertWritable } from './ehr-scope.js';
import type { Ehr } from './ehr.js';
import { ehrProblem } from './ehrs.problems.js';
import type { EhrRecords } from './ehrs.records.js';
import { ehrRows } from './ehrs.repository.js';
import { found, present } from './ehrs.service.js';
import { limitGates } from './upstream-gates.repository.js';

/** Looking at an EHR again, and taking over what was found when a person says that it is right. */
export class EhrDiscoveriesService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly prober: EhrProber,
    private readonly pinning: EhrPinning,
    private readonly records: EhrRecords,
  ) {}

  /**
   * Discovers again, outside any transaction. Endpoints at another origin than the pinned ones quarantine the EHR until it is
   * confirmed; what was pinned stays in force.
   * @throws Problem ehrs.not_found | ehrs.bound_key | access.environment_mismatch
   */
  async discover(scope: UnitOfWork, id: string): Promise<Ehr> {
    assertWritable(scope);
    const before = await this.database.transaction(scope, async (tx) => found(await ehrRows.find(tx, id)));
    assertEnvironment(scope, before.environment);
    const address = {
      fhirBaseUrl: before.fhirBaseUrl ?? undefined,
      issuer: before.issuer ?? undefined,
      tenantId: before.tenantId ?? undefined,
      ehrId: before.id,
      transportVersion: before.transportVersion ?? undefined,
    };
    const discovery = await this.prober.discover(scope, address);
    return this.database.transaction(scope, async (tx) => {
      const row = found(await ehrRows.lock(tx, id));
      row.discovery = discovery ?? row.discovery;
      row.discoveredAt = this.clock.now();
      row.version += 1;
      row.updatedAt = row.discoveredAt;
      const { server, quarantined } = await this.pinning.take(tx, row, discovery);
      await ehrRows.update(tx, row);
      if (server) await limitGates(tx, server.id);
      const shown = presentEhr(row, server);
      this.records.ehr(tx, quarantined ? 'ehr.quarantine' : 'ehr.discover', row, { moved: shown.movedEndpoints });
      return shown;
    });
  }

  /**
   * Confirms what the last discovery found: its endpoints are pinned from now on, and registration secrets may go to the
   * origin of its registration endpoint. Confirming twice changes nothing.
   * @param expected the version that the caller has seen; absent: any.
   * @throws Problem ehrs.not_found | ehrs.changed_meanwhile | ehrs.nothing_found | ehrs.bound_key | access.environment_mismatch
   */
  async confirm(scope: UnitOfWork, id: string, expected?: number): Promise<Ehr> {
    assertWritable(scope);
    return this.database.transaction(scope, async (tx) => {
      const row = found(await ehrRows.lock(tx, id));
      assertEnvironment(scope, row.environment);
      if (expected !== undefined && expected !== row.version) throw ehrProblem('ehrs.changed_meanwhile');
      const before = await present(tx, row);
      if (row.status !== 'quarantined' && before.unapprovedOrigin === undefined && before.server) return before;
      if (!row.discovery || row.discovery.status === 'unreachable') throw ehrProblem('ehrs.nothing_found');
      const server = await this.pinning.confirm(tx, row, row.discovery);
      row.version += 1;
      row.updatedAt = this.clock.now();
      await ehrRows.update(tx, row);
      await limitGates(tx, server.id);
      this.records.ehr(tx, 'ehr.confirm', row, { moved: before.movedEndpoints, approved_origins: server.approvedOrigins });
      return presentEhr(row, server);
    });
  }
}
