import type { Readable } from 'node:stream';
import type { AuditLog } from '@registrar/audit';
import type { Clock } from '@registrar/clock';
import type { Database, UnitOfWork } from '@registrar/database';
import type { CertificateSigner } from '@registrar/offboarding';
import { accessReview } from './access-review.js';
import { approvals } from './approvals.js';
import { credentialInventory } from './credential-inventory.js';
import { csvLine } from './csv.js';
import { MANIFEST_TYPE, manifestText } from './manifest.js';
import { offBoardings } from './off-boardings.js';
import type { Completeness, Report, ReportFormat, ReportName, ReportPeriod } from './report.js';
import { reveals } from './reveals.js';
import { rotations } from './rotations.js';
import { spool } from './spool.js';

const REPORTS: Readonly<Record<ReportName, Report>> = {
  'credential-inventory': credentialInventory,
  'access-review': accessReview,
  rotations,
  approvals,
  reveals,
  'off-boardings': offBoardings,
};
const ROWS_AT_ONCE = 500;

/** What is known when the last byte is written. */
interface Count {
  rows: number;
  completeness: Completeness;
}

export interface ReportParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly audit: AuditLog;
  /** The workspace's own key, whose public half is published. */
  readonly signer: Pick<CertificateSigner, 'sign'>;
}

/** A report that was made: its bytes are to be read once, or thrown away. */
export interface MadeReport {
  readonly rows: number;
  readonly bytes: number;
  readonly sha256: string;
  /** JWS over sha256, row count, period and who made it. */
  readonly manifest: string;
  readonly jwksUri: string;
  stream(): Readable;
  discard(): Promise<void>;
}

/** What an assessor asks for. */
export class Reports {
  constructor(private readonly parts: ReportParts) {}

  /**
   * Reads a report part by part, a short transaction each, writes it aside, and signs what it is. That it was made is audited
   * before its first byte leaves.
   */
  async make(scope: UnitOfWork, name: ReportName, format: ReportFormat, period: ReportPeriod): Promise<MadeReport> {
    const { database, clock, audit, signer } = this.parts;
    const count: Count = { rows: 0, completeness: { complete: true, wholeFrom: undefined } };
    const spooled = await spool(format === 'csv' ? this.#csv(scope, name, period, count) : this.#json(scope, name, period, count));
    try {
      const { rows, completeness } = count;
      const { sha256, bytes } = spooled;
      const text = manifestText(scope, { name, format, period, rows, sha256, completeness }, clock.now());
      const { jws, jwksUri } = await signer.sign(scope.workspaceId, MANIFEST_TYPE, text);
      await database.transaction(scope, (tx) => {
        const subject = { type: 'workspace', id: scope.workspaceId } as const;
        audit.append(tx, {
          action: 'report.create',
          subject,
          detail: { report: name, format, ...period, rows, sha256, complete: completeness.complete },
        });
        return Promise.resolve();
      });
      return { rows, bytes, sha256, manifest: jws, jwksUri, stream: () => spooled.stream(), discard: () => spooled.discard() };
    } catch (error) {
      await spooled.discard();
      throw error;
    }
  }

  async *#csv(scope: UnitOfWork, name: ReportName, period: ReportPeriod, count: Count): AsyncGenerator<string> {
    const { columns } = REPORTS[name];
    yield csvLine(columns);
    for await (const rows of this.#read(scope, name, period)) {
      count.rows += rows.length;
      yield rows.map((row) => csvLine(columns.map((column) => row[column]))).join('');
    }
    count.completeness = await this.#completeness(scope, name, period);
  }

  async *#json(scope: UnitOfWork, name: ReportName, period: ReportPeriod, count: Count): AsyncGenerator<string> {
    const head = JSON.stringify({ report: name, from: period.from.toISOString(), to: period.to.toISOString() });
    yield `${head.slice(0, -1)},"data":[`;
    for await (const rows of this.#read(scope, name, period)) {
      const text = rows.map((row) => `\n${JSON.stringify(row)}`).join(',');
      yield count.rows > 0 && rows.length > 0 ? `,${text}` : text;
      count.rows += rows.length;
    }
    const { complete, wholeFrom } = (count.completeness = await this.#completeness(scope, name, period));
    yield `\n],${JSON.stringify({ complete, whole_from: wholeFrom?.toISOString() ?? null }).slice(1)}\n`;
  }

  /** Asked after the last part: what was removed while it was read counts too. */
  async #completeness(scope: UnitOfWork, name: ReportName, { from }: ReportPeriod): Promise<Completeness> {
    const { database, clock } = this.parts;
    const wholeFrom = await database.transaction(scope, (tx) => REPORTS[name].wholeFrom?.(tx, clock.now()) ?? Promise.resolve(undefined));
    return { complete: wholeFrom === undefined || wholeFrom <= from, wholeFrom };
  }

  async *#read(scope: UnitOfWork, name: ReportName, period: ReportPeriod) {
    for (let after: string | undefined; ;) {
      const from = after;
      const part = await this.parts.database.transaction(scope, (tx) => REPORTS[name].read(tx, period, from, ROWS_AT_ONCE));
      yield part.rows;
      after = part.last;
      if (after === undefined) return;
    }
  }
}
