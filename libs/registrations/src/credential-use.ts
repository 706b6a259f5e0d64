import type { AuditLog } from '@registrar/audit';
import { signAssertion } from '@registrar/dcr';
import type { Database, Environment, Transaction, UnitOfWork } from '@registrar/database';
import type { EventLog } from '@registrar/events';
import type { Secret } from '@registrar/secret';
import { audienceOf } from './client-authentication.js';
import { noteReader } from './credential-readers.repository.js';
import { credentialOwner } from './credential-owner.js';
import { credentialMaterial } from './credential-material.js';
import type { OnRevealed } from './on-revealed.js';
import { registrationProblem } from './registrations.problems.js';
import type { UpstreamAccess } from './upstream-access.js';
import { upstreamOf } from './upstream-of.js';

export interface SignedAssertion {
  readonly assertion: Secret;
  readonly audience: string;
  readonly expiresAt: Date;
}

export interface RevealedSecret {
  readonly clientId: string;
  readonly clientSecret: Secret;
  /** Which version it is: `credential.current` tells of the next one. */
  readonly version: number;
  readonly expiresAt?: Date;
}

/** Whose secret it is that could be shown. */
export interface Revealable {
  readonly tenantId: string;
  readonly applicationId: string;
  readonly environment: Environment;
  readonly clientId: string;
}

/** The reason for showing a secret, and the approval that it stands on. */
export type FindsReason = (tx: Transaction, tenantId: string) => Promise<{ readonly reason: string; readonly approval_id?: string }>;

const MAX_LIFETIME_S = 300;

/** What leaves the vault at a caller's wish: a signed assertion, or, for those with the right and a reason, the secret itself. */
export class CredentialUse {
  constructor(
    private readonly database: Database,
    private readonly access: UpstreamAccess,
    private readonly audit: AuditLog,
    private readonly events: EventLog,
    /** Told in the transaction in which somebody is noted to be shown a secret. */
    private readonly onRevealed?: OnRevealed,
  ) {}

  /**
   * An RFC 7523 assertion for this EHR and no other: the audience is its token endpoint or its issuer.
   * @throws Problem registrations.unsupported_method | registrations.audience_refused
   */
  async clientAssertion(
    scope: UnitOfWork,
    registrationId: string,
    wanted: { readonly audience?: string; readonly expiresInS?: number },
  ): Promise<SignedAssertion> {
    const material = await this.database.transaction(scope, async (tx) => {
      const found = await credentialMaterial(tx, registrationId);
      this.audit.append(tx, {
        action: 'assertion.sign',
        subject: { type: 'registration', id: registrationId },
        tenantId: found.tenantId,
        detail: { credential_id: found.credential.id },
      });
      return found;
    });
    const { client, credential } = material;
    if (credential.kind !== 'private_key' || !credential.sealed) throw registrationProblem('registrations.unsupported_method');
    const upstream = upstreamOf(material.upstream);
    const audience = wanted.audience ?? audienceOf({ upstream });
    if (audience !== upstream.endpoints.token && audience !== upstream.issuer) throw registrationProblem('registrations.audience_refused');
    const owner = credentialOwner({ workspaceId: scope.workspaceId, tenantId: material.tenantId }, client);
    const privateJwk = await this.access.vault.open(
      owner,
      { subjectId: credential.id, kind: 'private_key', version: credential.version },
      credential.sealed.bytes,
    );
    const lifetimeMs = Math.min(wanted.expiresInS ?? 240, MAX_LIFETIME_S) * 1_000;
    const signed = await signAssertion({
      clientId: client.clientId,
      audience,
      privateJwk,
      alg: credential.alg ?? 'ES384',
      kid: credential.kid ?? '',
      lifetimeMs,
      now: this.access.clock.now(),
    });
    return { assertion: signed.assertion, audience, expiresAt: signed.expiresAt };
  }

  /** Whose secret there is to be shown, without opening it. @throws Problem registrations.not_found | registrations.not_active | registrations.unsupported_method */
  async revealable(tx: Transaction, registrationId: string): Promise<Revealable> {
    const { tenantId, applicationId, environment, client, credential } = await credentialMaterial(tx, registrationId);
    if (credential.kind !== 'client_secret') throw registrationProblem('registrations.unsupported_method');
    return { tenantId, applicationId, environment, clientId: client.clientId };
  }

  /**
   * The client secret. The audit entry, with the reason, is committed before the vault is opened.
   * @param why the reason; or what looks for one in the transaction that writes it down, and throws where there is none
   * @throws Problem registrations.not_found | registrations.not_active | registrations.unsupported_method, and what `why` throws
   */
  async reveal(scope: UnitOfWork, registrationId: string, why: string | FindsReason): Promise<RevealedSecret> {
    const material = await this.database.transaction(scope, async (tx) => {
      const found = await credentialMaterial(tx, registrationId);
      if (found.credential.kind !== 'client_secret') throw registrationProblem('registrations.unsupported_method');
      const subject = { type: 'registration', id: registrationId } as const;
      const { tenantId } = found;
      const { reason, ...by } = typeof why === 'string' ? { reason: why } : await why(tx, tenantId);
      this.audit.append(tx, { action: 'secret.reveal', subject, tenantId, detail: { credential_id: found.credential.id, reason, ...by } });
      this.events.append(tx, { type: 'secret.revealed', subject, tenantId, data: by });
      const now = this.access.clock.now();
      await noteReader(tx, found.credential.id, found.tenantId, now);
      await this.onRevealed?.(tx, registrationId, now);
      return found;
    });
    const { credential, client } = material;
    if (!credential.sealed) throw registrationProblem('registrations.unsupported_method');
    const owner = credentialOwner({ workspaceId: scope.workspaceId, tenantId: material.tenantId }, client);
    const clientSecret = await this.access.vault.open(
      owner,
      { subjectId: credential.id, kind: 'client_secret', version: credential.version },
      credential.sealed.bytes,
    );
    return {
      clientId: client.clientId,
      clientSecret,
      version: credential.version,
      ...(credential.expiresAt ? { expiresAt: credential.expiresAt } : {}),
    };
  }
}
