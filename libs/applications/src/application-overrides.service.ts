import type { Clock } from '@registrar/clock';
import { type Database, violatedConstraint, type UnitOfWork } from '@registrar/database';
import type { ApplicationOverrideRow } from './application-override.entity.js';
import type { ApplicationRules } from './application-rules.js';
import { checkMetadata } from './application-template.js';
import type { ApplicationOverride } from './application.js';
import { applicationProblem } from './applications.problems.js';
import type { ApplicationRecords } from './applications.records.js';
import { applicationRows } from './applications.repository.js';

/** What an application says differently at one EHR. Who calls has made sure that the EHR is the caller's. */
export class ApplicationOverridesService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly records: ApplicationRecords,
    private readonly rules: ApplicationRules,
  ) {}

  /**
   * Makes or replaces the override; `{}` takes every difference away. It counts from the next update of a registration on.
   * @param expected the version that the caller has seen; absent: any.
   * @throws Problem applications.not_found | applications.changed_meanwhile | applications.metadata_malformed | applications.metadata_refused
   */
  async put(scope: UnitOfWork, at: { applicationId: string; ehrId: string }, metadata: unknown, expected?: number) {
    if (scope.tenantIds !== undefined) throw applicationProblem('applications.bound_key');
    const clientMetadata = checkMetadata(metadata, this.rules.loopbackAllowed);
    return this.database.transaction(scope, async (tx): Promise<ApplicationOverride> => {
      const application = await applicationRows.lock(tx, at.applicationId);
      if (!application) throw applicationProblem('applications.not_found');
      const before = await applicationRows.override(tx, at.applicationId, at.ehrId);
      if (expected !== undefined && expected !== before?.version) throw applicationProblem('applications.changed_meanwhile');
      const now = this.clock.now();
      const row: ApplicationOverrideRow = {
        workspaceId: scope.workspaceId,
        ...at,
        clientMetadata,
        version: (before?.version ?? 0) + 1,
        createdAt: before?.createdAt ?? now,
        updatedAt: now,
      };
      await applicationRows.saveOverride(tx, row).catch((error: unknown) => {
        throw violatedConstraint(error) === undefined ? error : applicationProblem('applications.override_not_found');
      });
      this.records.overridden(tx, row);
      return present(row);
    });
  }

  /** @throws Problem applications.override_not_found */
  get(scope: UnitOfWork, at: { applicationId: string; ehrId: string }): Promise<ApplicationOverride> {
    return this.database.transaction(scope, async (tx) => {
      const application = await applicationRows.find(tx, at.applicationId);
      const row = application && (await applicationRows.override(tx, at.applicationId, at.ehrId));
      if (!row) throw applicationProblem('applications.override_not_found');
      return present(row);
    });
  }
}

function present(row: ApplicationOverrideRow): ApplicationOverride {
  const { applicationId, ehrId, clientMetadata, version, createdAt, updatedAt } = row;
  return { applicationId, ehrId, clientMetadata, version, createdAt, updatedAt };
}
