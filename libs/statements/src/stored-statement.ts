import type { Environment } from '@registrar/database';
import type { JsonObject } from '@registrar/dcr';

/** Who made it: somebody else, or Registrar for servers that trust its key (I-05). */
export type StatementOrigin = 'uploaded' | 'issued';
/** `defective`: two attempts were refused because of it (I-07). */
export type StatementStatus = 'available' | 'defective' | 'expired' | 'deleted';

/** Says to one authorization server what one application is. The text is sealed and never read back. */
export interface StoredStatement {
  readonly id: string;
  readonly ehrId: string;
  readonly authorizationServerId: string;
  readonly environment: Environment;
  /** The only hospital that it is for; absent: for all at that server. */
  readonly tenantId?: string;
  readonly applicationId: string;
  readonly origin: StatementOrigin;
  readonly iss: string;
  readonly jti?: string;
  readonly softwareId?: string;
  readonly alg: string;
  readonly signature: 'verified' | 'unverified';
  readonly claims: JsonObject;
  /** The only origin that it is ever sent to. */
  readonly pinnedOrigin: string;
  readonly status: StatementStatus;
  /** Attempts in a row that were refused because of it. */
  readonly failures: number;
  readonly expiresAt?: Date;
  readonly createdAt: Date;
}

/** Under which kind and version the text lies in the vault, beside its id. */
export const SOFTWARE_STATEMENT = 'software_statement';
export const SOFTWARE_STATEMENT_VERSION = 1;
