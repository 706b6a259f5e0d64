import type { Transaction, UnitOfWork } from '@registrar/database';
import { beginOperations, credentialOwner, enqueueOperations, markStep, type Completion, type MadeClient } from '@registrar/registrations';
import { newId, storeSecrets, type SecretRow, type Vault } from '@registrar/vault';
import { alsoInHand, goOn, inHand, insertBrought, type AlsoInHand, type InHand } from './person-completion.repository.js';
import { askProblem } from './rotations.problems.js';
import type { RotationsParts } from './rotations.service.js';
import { lookAgain } from './schedule.repository.js';

/** One registration that is completed, with the sealed secret where there is one. */
interface Completed extends AlsoInHand {
  readonly secret?: SecretRow;
}

/**
 * Takes in what a person did at the EHR: for a rotation that nobody else can do, or, where none waits, for a first
 * registration (`Completion`). The credential is proven next. A client that hospitals share has one credential at the EHR, so
 * what was done for one of them is completed for all.
 */
export class PersonCompletion {
  constructor(
    private readonly parts: RotationsParts,
    private readonly vault: Vault,
    private readonly first: Completion,
  ) {}

  /**
   * @throws Problem rotations.other_client_id | rotations.secret_needed | rotations.changed_meanwhile | rotations.shared_beyond_key,
   * and those of Completion
   */
  async complete(scope: UnitOfWork, registrationId: string, made: MadeClient, evidence?: unknown): Promise<void> {
    const { database } = this.parts;
    const look = async (tx: Transaction) => {
      const found = await inHand(tx, registrationId);
      return found && { found, all: [{ ...found, registrationId }, ...(await alsoInHand(tx, registrationId, found))] };
    };
    const seen = await database.transaction(scope, look);
    if (!seen) return this.first.complete(scope, registrationId, made, evidence);
    const { found, all } = seen;
    if (found.scope === 'application' && scope.tenantIds !== undefined) throw askProblem('rotations.shared_beyond_key');
    if (found.clientId !== made.clientId) throw askProblem('rotations.other_client_id');
    if (found.kind === 'client_secret' && !made.clientSecret) throw askProblem('rotations.secret_needed');
    const completed = found.kind === 'client_secret' ? await this.#sealed(scope, found, all, made) : all;
    await database.transaction(scope, async (tx) => {
      const now = await look(tx);
      if (!now || sameAs(now.all) !== sameAs(all)) throw askProblem('rotations.changed_meanwhile');
      await this.#write(tx, found, completed, evidence);
    });
  }

  async #sealed(scope: UnitOfWork, found: InHand, all: readonly AlsoInHand[], { clientSecret }: MadeClient): Promise<readonly Completed[]> {
    if (!clientSecret) return all;
    const owner = credentialOwner({ workspaceId: scope.workspaceId, tenantId: found.tenantId }, found);
    const sealer = await this.vault.prepare(owner);
    return all.map((one) => {
      const subject = { subjectId: newId(), kind: 'client_secret', version: one.lastVersion + 1 };
      return { ...one, secret: { ...owner, ...subject, sealed: sealer.seal(subject, clientSecret) } };
    });
  }

  async #write(tx: Transaction, found: InHand, all: readonly Completed[], evidence: unknown): Promise<void> {
    const now = this.parts.clock.now();
    const secrets = all.flatMap((one) => (one.secret ? [{ ...one, credentialId: one.secret.subjectId, version: one.secret.version }] : []));
    await insertBrought(tx, found.clientRowId, secrets, now);
    await storeSecrets(
      tx,
      all.flatMap(({ secret }) => secret ?? []),
      now,
    );
    const going = all.flatMap(({ operationId: id, steps, authorizationServerId: server, registrationId, tenantId }) =>
      id === null || !steps
        ? []
        : [{ id, registrationId, tenantId, steps: markStep(steps, 'hand_to_person', 'done', now), ...(server === null ? {} : { server }) }],
    );
    await goOn(tx, going, now);
    await enqueueOperations(
      tx,
      going.map(({ server, ...one }) => ({
        ...one,
        kind: 'verify' as const,
        ...(server === undefined ? {} : { authorizationServerId: server }),
      })),
      now,
    );
    for (const { id, registrationId, tenantId } of going)
      this.parts.records.audit.append(tx, {
        action: 'registration.complete',
        subject: { type: 'registration', id: registrationId },
        tenantId,
        detail: { client_id: found.clientId, operation_id: id, evidence: evidence ?? null },
      });
    await this.#begin(
      tx,
      all.filter((one) => one.operationId === null && one.secret),
      now,
    );
    this.parts.doorbell.ringAfter(tx);
  }

  /** Whoever has no rotation with that person has the secret all the same: it is proven by one of their own, now or when they are free. */
  async #begin(tx: Transaction, others: readonly Completed[], now: Date): Promise<void> {
    if (others.length === 0) return;
    const wanted = others.map(({ registrationId }) => ({ registrationId, kind: 'rotate' as const, input: { reason: 'scheduled' } }));
    const begun = await beginOperations(tx, wanted, now);
    await lookAgain(
      tx,
      others.map(({ registrationId }) => registrationId).filter((id) => !begun.has(id)),
      now,
    );
  }
}

/** The same while nobody else has completed, ended or begun anything of them. */
function sameAs(all: readonly AlsoInHand[]): string {
  return JSON.stringify(all.map(({ registrationId, operationId, lastVersion }) => [registrationId, operationId, lastVersion]));
}
