import { Sparingly, type AuditLog } from '@registrar/audit';
import type { Database, Transaction, UnitOfWork } from '@registrar/database';
import { Problem } from '@registrar/problem';
import type { CredentialUse, RevealedSecret } from '@registrar/registrations';
import { canonicalBytes, digestText } from '@registrar/vault';
import type { Approval } from './approval.js';
import { approvalProblem } from './approvals.problems.js';
import type { Approvals } from './approvals.service.js';

/** From being asked for until it is over, the time that the yes takes included. */
export const BREAK_GLASS_MS = 3_600_000;

/**
 * The way to one registration's secret for somebody whose role may never see one: they ask with a reason, somebody else says yes,
 * and within the hour they are shown it; each time stands in the audit log and is told to the outside before the bytes leave (T12).
 */
export class BreakGlass {
  readonly #refusals = new Sparingly();

  constructor(
    private readonly database: Database,
    private readonly approvals: Approvals,
    private readonly use: CredentialUse,
    private readonly audit: AuditLog,
  ) {}

  /** Asks for a yes of kind `reveal`. @throws Problem registrations.not_found | registrations.not_active | registrations.unsupported_method */
  ask(scope: UnitOfWork, registrationId: string, reason: string): Promise<Approval> {
    return this.database.transaction(scope, async (tx) => {
      const { clientId, ...whose } = await this.use.revealable(tx, registrationId);
      return this.approvals.request(tx, {
        ...whose,
        kind: 'reveal',
        subject: { type: 'registration', id: registrationId },
        documentsHash: boundTo(scope, registrationId),
        summary: [`Shows the client secret of ${clientId} to ${scope.actor.name ?? scope.actor.id}, until an hour after it was asked for`],
        reason,
        expiresInMs: BREAK_GLASS_MS,
      });
    });
  }

  /**
   * The client secret, for whoever asked, of the registration that was asked for, for as long as the yes lasts. A refusal is
   * audited, once a minute for each asker, registration and reason, and is the same for an approval that is another's as for one that there is not.
   * @throws Problem approvals.reveal_refused, and what revealing throws
   */
  async reveal(scope: UnitOfWork, registrationId: string, approvalId: string): Promise<RevealedSecret> {
    let tenantId: string | undefined;
    const allowed = async (tx: Transaction, ofTenant: string) => {
      tenantId = ofTenant;
      const approval = await this.approvals.useUntilExpiry(tx, approvalId, boundTo(scope, registrationId));
      return { reason: approval.reason ?? '', approval_id: approval.id };
    };
    try {
      return await this.use.reveal(scope, registrationId, allowed);
    } catch (error) {
      if (!(error instanceof Problem) || !error.code.startsWith('approvals.') || tenantId === undefined) throw error;
      await this.#refused(scope, registrationId, tenantId, error.code);
      throw approvalProblem('approvals.reveal_refused', { detail: `${error.entry.title}.` });
    }
  }

  async #refused(scope: UnitOfWork, registrationId: string, tenantId: string, because: string): Promise<void> {
    const subject = { type: 'registration', id: registrationId } as const;
    await this.#refusals.write(`${scope.actor.id} ${registrationId} ${because}`, (leftOut) =>
      this.database.transaction(scope, (tx) => {
        this.audit.append(tx, { action: 'secret.refuse', subject, tenantId, detail: { because, left_out: leftOut } });
        return Promise.resolve();
      }),
    );
  }
}

/** What the yes is for: this registration's secret, shown to this principal. For another of either its hash is another. */
function boundTo({ workspaceId, actor }: UnitOfWork, registrationId: string): string {
  return digestText(canonicalBytes(['reveal', workspaceId, registrationId, actor.type, actor.id]).toString('latin1'));
}
