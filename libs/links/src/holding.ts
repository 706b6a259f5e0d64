import type { SignedDocument } from '@registrar/offboarding';

/** One client that is held at a hospital. */
export interface HeldClient {
  readonly registrationId: string;
  readonly application: string;
  readonly ehr: string;
  readonly issuer: string | null;
  readonly environment: string;
  readonly status: string;
  readonly clientId: string | null;
  readonly scopes: readonly string[];
  readonly authMethod: string | null;
  /** RFC 7638, SHA-256, of the keys that are in use. */
  readonly keyThumbprints: readonly string[];
  /** When Registrar last proved itself, or let somebody, with it. */
  readonly lastUsedAt: Date | null;
  readonly lastRotatedAt: Date | null;
  readonly nextRotationAt: Date | null;
  readonly secretExpiresAt: Date | null;
  /** Whom to write to about its security. */
  readonly securityContacts: readonly string[];
}

/** What a hospital sees of itself, and of nobody else. */
export interface Holding {
  readonly hospital: { readonly id: string; readonly name: string; readonly externalId: string | null; readonly status: string };
  /** Whose Registrar it is. */
  readonly heldBy: string;
  readonly at: Date;
  readonly expiresAt: Date;
  readonly clients: readonly HeldClient[];
  /** Present once it was off-boarded: the deletion certificate, and the proof that its keys are destroyed. */
  readonly certificate: SignedDocument | null;
  readonly shredding: SignedDocument | null;
}
