import type { Transaction } from '@registrar/database';
import type { WholeFrom } from './removed.js';

export const REPORT_NAMES = ['credential-inventory', 'access-review', 'rotations', 'approvals', 'reveals', 'off-boardings'] as const;
export type ReportName = (typeof REPORT_NAMES)[number];
export const REPORT_FORMATS = ['json', 'csv'] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

/** From this moment on, and before that one. */
export interface ReportPeriod {
  readonly from: Date;
  readonly to: Date;
}

/** Whether a report holds all that was there in its period, or retention has removed some of it before that moment. */
export interface Completeness {
  readonly complete: boolean;
  readonly wholeFrom: Date | undefined;
}

/** One line: what stands in its columns, by their names. */
export type ReportRow = Readonly<Record<string, unknown>>;

/** A part of a report's rows, in the order of `after`: the last one's id begins the next part. */
export interface ReportPart {
  readonly rows: readonly ReportRow[];
  readonly last: string | undefined;
}

/** What a report holds, read part by part. */
export interface Report {
  readonly columns: readonly string[];
  /** Left out where nothing that it reads is ever removed. */
  readonly wholeFrom?: WholeFrom;
  read(tx: Transaction, period: ReportPeriod, after: string | undefined, limit: number): Promise<ReportPart>;
}
