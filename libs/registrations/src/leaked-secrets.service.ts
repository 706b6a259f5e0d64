import type { AuditLog } from '@registrar/audit';
import type { Database, Transaction, UnitOfWork } from '@registrar/database';
import type { Secret } from '@registrar/secret';
import type { Vault } from '@registrar/vault';

/** What a leaked secret is, or was. */
export interface LeakedSecretMatch {
  /** E.g. client_secret, registration_access_token, initial_access_token. */
  readonly kind: string;
  /** Of what it is: a credential, a client, a token. */
  readonly subjectId: string;
  readonly version: number;
  readonly registrationId: string | null;
  readonly tenantId: string | null;
  readonly clientId: string | null;
  /** Of a credential: pending, current, previous, retired … */
  readonly stage: string | null;
  readonly storedAt: Date;
}

const MATCHES = `
SELECT f.kind, f.subject_id AS "subjectId", f.version, r.id AS "registrationId", r.tenant_id AS "tenantId", c.client_id AS "clientId", k.stage,
       f.created_at AS "storedAt"
  FROM secret_fingerprints f
  LEFT JOIN credentials k ON k.workspace_id = f.workspace_id AND k.id = f.subject_id
  LEFT JOIN clients c ON c.workspace_id = f.workspace_id AND c.id = coalesce(k.client_id, f.subject_id)
  LEFT JOIN registrations r ON r.workspace_id = f.workspace_id
   AND (r.id = k.registration_id OR (k.id IS NULL AND (r.client_id = c.id OR r.previous_client_id = c.id)))
 WHERE f.workspace_id = $1 AND f.fingerprint = $2 AND ($3::boolean OR r.id IS NOT NULL)
   AND ($4::uuid IS NULL OR r.application_id = $4) AND ($5::text IS NULL OR r.environment = $5)
 ORDER BY f.created_at, f.subject_id, r.id LIMIT 1000`;

/** Whose a secret is that turned up somewhere it should not be. It is compared by a keyed digest, and kept nowhere. */
export class LeakedSecrets {
  constructor(
    private readonly database: Database,
    private readonly vault: Vault,
    private readonly audit: AuditLog,
  ) {}

  /**
   * Every record of it in the workspace, as far as the caller sees it, those whose bytes are destroyed or shredded too. What is
   * asked is audited, with what was found and never with the secret.
   */
  async match(scope: UnitOfWork, leaked: Secret): Promise<LeakedSecretMatch[]> {
    const fingerprint = await this.vault.fingerprint(scope.workspaceId, leaked);
    return this.database.transaction(scope, async (tx) => {
      const matches = await find(tx, fingerprint);
      this.audit.append(tx, {
        action: 'secret.match',
        subject: { type: 'workspace', id: scope.workspaceId },
        detail: { matches: matches.map(({ kind, subjectId, version, registrationId }) => ({ kind, subjectId, version, registrationId })) },
      });
      return matches;
    });
  }
}

function find(tx: Transaction, fingerprint: Buffer): Promise<LeakedSecretMatch[]> {
  const { workspaceId, tenantIds, applicationId, environment } = tx.scope;
  const unbound = tenantIds === undefined && applicationId === undefined && environment === undefined;
  return tx.query<LeakedSecretMatch>(MATCHES, [workspaceId, fingerprint, unbound, applicationId ?? null, environment ?? null]);
}
