import { assertEnvironment } from '@registrar/access';
import type { Clock } from '@registrar/clock';
import type { Database, Environment, Transaction, UnitOfWork } from '@registrar/database';
import { canonicalBytes, destroySecrets, digestText, storeSecrets, type Vault } from '@registrar/vault';
import { assertWritable } from './ehr-scope.js';
import { CLIENT_CERTIFICATE_KEY, type EhrTransport, type WantedTransport } from './ehr-transport.js';
import type { EhrRow } from './ehr.entity.js';
import { ehrProblem } from './ehrs.problems.js';
import type { EhrRecords } from './ehrs.records.js';
import { ehrRows } from './ehrs.repository.js';
import { found } from './ehrs.service.js';
import { readTransport, transportSummary } from './read-transport.js';

/** Asks somebody else for a yes that is bound to exact documents. Given at composition by who has approvals. */
export interface TransportApprover {
  request(
    tx: Transaction,
    wanted: {
      readonly kind: 'transport';
      readonly subject: { readonly type: 'ehr'; readonly id: string };
      readonly documentsHash: string;
      readonly summary: readonly string[];
      readonly tenantId?: string;
      readonly environment?: Environment;
    },
  ): Promise<{ readonly id: string }>;
  consume(tx: Transaction, id: string, documentsHash: string): Promise<unknown>;
  withdraw(tx: Transaction, id: string, why: string): Promise<void>;
}

/** What an EHR needs to be reached beside the rules for all: asked for by an owner, and in force once somebody else has approved it. */
export class EhrTransports {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly vault: Vault,
    private readonly approver: TransportApprover,
    private readonly records: EhrRecords,
  ) {}

  /** @throws Problem ehrs.not_found | access.environment_mismatch */
  get(scope: UnitOfWork, ehrId: string): Promise<EhrTransport> {
    return this.database.transaction(scope, async (tx) => {
      const row = found(await ehrRows.find(tx, ehrId));
      assertEnvironment(scope, row.environment);
      return shown(row);
    });
  }

  /**
   * Asks for it; what was asked for before and not decided yet is withdrawn. The private key is sealed when it comes in, and never
   * read back; what cannot be read is refused whole, and nothing of it is stored.
   * @throws Problem ehrs.not_found | ehrs.transport_refused | ehrs.bound_key | access.environment_mismatch
   */
  async propose(scope: UnitOfWork, ehrId: string, wanted: WantedTransport): Promise<EhrTransport> {
    assertWritable(scope);
    const read = readTransport(wanted, this.clock.now());
    if (!('ports' in read)) throw ehrProblem('ehrs.transport_refused', { errors: [...read] });
    const sealer = await this.vault.prepare({ workspaceId: scope.workspaceId });
    return this.database.transaction(scope, async (tx) => {
      const row = found(await ehrRows.lock(tx, ehrId));
      assertEnvironment(scope, row.environment);
      await this.#drop(tx, row, 'Something else was asked for instead');
      const version = (row.proposedTransport?.version ?? row.transportVersion ?? 0) + 1;
      const hash = digestText(canonicalBytes([row.id, String(version), JSON.stringify(read)]).toString('latin1'));
      const subject = { subjectId: row.id, kind: CLIENT_CERTIFICATE_KEY, version };
      if (wanted.clientCertificate)
        await storeSecrets(
          tx,
          [{ workspaceId: scope.workspaceId, ...subject, sealed: sealer.seal(subject, wanted.clientCertificate.privateKey) }],
          this.clock.now(),
        );
      const approval = await this.approver.request(tx, {
        kind: 'transport',
        subject: { type: 'ehr', id: row.id },
        documentsHash: hash,
        summary: transportSummary(read),
        environment: row.environment,
        ...(row.tenantId === null ? {} : { tenantId: row.tenantId }),
      });
      row.proposedTransport = { ...read, version, approvalId: approval.id, hash };
      await this.#write(tx, row, 'propose');
      return shown(row);
    });
  }

  /** Somebody else said yes: it is in force from now on. */
  async approved(tx: Transaction, approval: { readonly id: string; readonly subject: { readonly id: string } }): Promise<void> {
    const row = found(await ehrRows.lock(tx, approval.subject.id));
    const proposed = row.proposedTransport;
    if (proposed?.approvalId !== approval.id) throw ehrProblem('ehrs.changed_meanwhile');
    await this.approver.consume(tx, approval.id, proposed.hash);
    if (row.transport?.clientCertificate) await this.#destroyKey(tx, row.id, row.transport.version);
    const { version, authorities, clientCertificate, ports, ranges } = proposed;
    row.transport = { version, authorities, clientCertificate, ports, ranges };
    row.transportVersion = proposed.version;
    row.proposedTransport = null;
    await this.#write(tx, row, 'approve');
  }

  /** It was rejected, or nobody decided in time: its key is destroyed, and what was in force stays. */
  async notApproved(tx: Transaction, approval: { readonly id: string; readonly subject: { readonly id: string } }): Promise<void> {
    const row = await ehrRows.lock(tx, approval.subject.id);
    if (row?.proposedTransport?.approvalId !== approval.id) return;
    if (row.proposedTransport.clientCertificate) await this.#destroyKey(tx, row.id, row.proposedTransport.version);
    row.proposedTransport = null;
    await this.#write(tx, row, 'reject');
  }

  async #drop(tx: Transaction, row: EhrRow, why: string): Promise<void> {
    const proposed = row.proposedTransport;
    if (!proposed) return;
    await this.approver.withdraw(tx, proposed.approvalId, why);
    if (proposed.clientCertificate) await this.#destroyKey(tx, row.id, proposed.version);
  }

  async #destroyKey(tx: Transaction, subjectId: string, version: number): Promise<void> {
    await destroySecrets(tx, [{ subjectId, kind: CLIENT_CERTIFICATE_KEY, version }]);
  }

  async #write(tx: Transaction, row: EhrRow, step: string): Promise<void> {
    row.version += 1;
    row.updatedAt = this.clock.now();
    await ehrRows.update(tx, row);
    this.records.ehr(tx, 'ehr.update', row, { members: ['transport'], step, version: row.version });
  }
}

function shown({ transport, proposedTransport }: EhrRow): EhrTransport {
  return { active: transport, proposed: proposedTransport };
}
