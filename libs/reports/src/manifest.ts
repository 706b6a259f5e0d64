import { publicId, type UnitOfWork } from '@registrar/database';
import type { Completeness, ReportFormat, ReportName, ReportPeriod } from './report.js';

/** The `typ` of a signed manifest. */
export const MANIFEST_TYPE = 'report-manifest+jws';

/** What a manifest says of a report's bytes. */
export interface ManifestFacts {
  readonly name: ReportName;
  readonly format: ReportFormat;
  readonly period: ReportPeriod;
  readonly rows: number;
  readonly completeness: Completeness;
  /** Of the report's bytes as they are answered, in hex. */
  readonly sha256: string;
}

/**
 * The text that is signed. `narrowed`: the caller sees a part of the workspace only, and so does the report. `complete`: nothing of
 * the period was removed by retention; else the report is whole from `whole_from` on.
 */
export function manifestText(scope: UnitOfWork, { name, format, period, rows, sha256, completeness }: ManifestFacts, now: Date): string {
  return JSON.stringify({
    type: 'registrar/report-manifest/v1',
    workspace_id: publicId('ws', scope.workspaceId),
    report: name,
    format,
    from: period.from.toISOString(),
    to: period.to.toISOString(),
    rows,
    sha256,
    complete: completeness.complete,
    whole_from: completeness.wholeFrom?.toISOString() ?? null,
    made_at: now.toISOString(),
    made_by: scope.actor.type === 'api_key' ? publicId('key', scope.actor.id) : scope.actor.id,
    narrowed: scope.tenantIds !== undefined || scope.applicationId !== undefined || scope.environment !== undefined,
  });
}
