import type { Transaction, UnitOfWork } from '@registrar/database';
import { credentialOwner, enqueueOperations, markStep, type Completion, type MadeClient, type Step } from '@registrar/registrations';
import { newId, storeSecrets, type SecretRow, type Vault } from '@registrar/vault';
import type { RotationsParts } from './rotations.service.js';
import { askProblem } from './rotations.problems.js';

interface InHand {
  readonly operationId: string;
  readonly tenantId: string;
  readonly authorizationServerId: string | null;
  readonly steps: readonly Step[];
  readonly clientRowId: string;
  readonly clientId: string;
  readonly scope: 'registration' | 'application';
  readonly kind: 'private_key' | 'client_secret';
  readonly lastVersion: number;
  readonly pendingId: string | null;
}

const IN_HAND = `
SELECT o.id AS "operationId", r.tenant_id AS "tenantId", o.authorization_server_id AS "authorizationServerId", o.steps,
       c.id AS "clientRowId", c.client_id AS "clientId", c.scope, k.kind, p.id AS "pendingId",
       (SELECT max(x.version) FROM credentials x WHERE x.workspace_id = $2 AND x.registration_id = r.id) AS "lastVersion"
  FROM registrations r
  JOIN LATERAL (SELECT x.* FROM operations x WHERE x.workspace_id = $2 AND x.registration_id = r.id ORDER BY x.created_at DESC LIMIT 1) o
    ON o.kind = 'rotate' AND o.status = 'action_required'
  JOIN clients c ON c.workspace_id = $2 AND c.id = r.client_id
  JOIN credentials k ON k.workspace_id = $2 AND k.registration_id = r.id AND k.stage = 'current'
  LEFT JOIN credentials p ON p.workspace_id = $2 AND p.registration_id = r.id AND p.stage = 'pending'
 WHERE r.workspace_id = $2 AND r.id = $1 AND r.status IN ('active', 'credential_failed')
   AND ($3::uuid IS NULL OR r.application_id = $3) AND ($4::text IS NULL OR r.environment = $4) FOR UPDATE OF r`;

/**
 * Takes in what a person did at the EHR: for a rotation that nobody else can do, or, where none waits, for a first
 * registration (`Completion`). The credential is proven next.
 */
export class PersonCompletion {
  constructor(
    private readonly parts: RotationsParts,
    private readonly vault: Vault,
    private readonly first: Completion,
  ) {}

  /**
   * @throws Problem rotations.other_client_id | rotations.secret_needed | rotations.changed_meanwhile, and those of Completion
   */
  async complete(scope: UnitOfWork, registrationId: string, made: MadeClient, evidence?: unknown): Promise<void> {
    const { database } = this.parts;
    const seen = await database.transaction(scope, (tx) => inHand(tx, registrationId));
    if (!seen) return this.first.complete(scope, registrationId, made, evidence);
    if (seen.clientId !== made.clientId) throw askProblem('rotations.other_client_id');
    if (seen.kind === 'client_secret' && !made.clientSecret) throw askProblem('rotations.secret_needed');
    const secret = seen.kind === 'client_secret' ? await this.#seal(scope, seen, made) : undefined;
    await database.transaction(scope, async (tx) => {
      const now = await inHand(tx, registrationId);
      if (now?.operationId !== seen.operationId || now.lastVersion !== seen.lastVersion) throw askProblem('rotations.changed_meanwhile');
      await this.#write(tx, registrationId, seen, secret, evidence);
    });
  }

  async #seal(scope: UnitOfWork, seen: InHand, { clientSecret }: MadeClient): Promise<SecretRow | undefined> {
    if (!clientSecret) return undefined;
    const owner = credentialOwner({ workspaceId: scope.workspaceId, tenantId: seen.tenantId }, seen);
    const subject = { subjectId: newId(), kind: 'client_secret', version: seen.lastVersion + 1 };
    return { ...owner, ...subject, sealed: (await this.vault.prepare(owner)).seal(subject, clientSecret) };
  }

  async #write(tx: Transaction, registrationId: string, seen: InHand, secret: SecretRow | undefined, evidence: unknown): Promise<void> {
    const now = this.parts.clock.now();
    if (secret) {
      await tx.query(`UPDATE credentials SET stage = 'retired', retired_at = $2 WHERE id = $1`, [seen.pendingId, now]);
      await tx.query(
        `INSERT INTO credentials (workspace_id, id, tenant_id, registration_id, client_id, kind, version, stage, created_at)
         VALUES ($1, $2, $3, $4, $5, 'client_secret', $6, 'pending', $7)`,
        [tx.scope.workspaceId, secret.subjectId, seen.tenantId, registrationId, seen.clientRowId, secret.version, now],
      );
      await storeSecrets(tx, [secret], now);
    }
    const steps = markStep(seen.steps, 'hand_to_person', 'done', now);
    await tx.query(
      `UPDATE operations SET status = 'queued', steps = $2::jsonb, problem = NULL, waiting = NULL, finished_at = NULL, tries = 0, updated_at = $3 WHERE id = $1`,
      [seen.operationId, JSON.stringify(steps), now],
    );
    const server = seen.authorizationServerId === null ? {} : { authorizationServerId: seen.authorizationServerId };
    await enqueueOperations(tx, [{ id: seen.operationId, registrationId, tenantId: seen.tenantId, kind: 'verify', ...server }], now);
    this.parts.records.audit.append(tx, {
      action: 'registration.complete',
      subject: { type: 'registration', id: registrationId },
      tenantId: seen.tenantId,
      detail: { client_id: seen.clientId, operation_id: seen.operationId, evidence: evidence ?? null },
    });
    this.parts.doorbell.ringAfter(tx);
  }
}

async function inHand(tx: Transaction, registrationId: string): Promise<InHand | undefined> {
  const { workspaceId, applicationId, environment } = tx.scope;
  const [row] = await tx.query<InHand>(IN_HAND, [registrationId, workspaceId, applicationId ?? null, environment ?? null]);
  return row?.steps.some(({ name, status }) => name === 'hand_to_person' && status !== 'done') ? row : undefined;
}
