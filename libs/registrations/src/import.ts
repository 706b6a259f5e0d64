import type { AuthMethod, SigningAlg } from '@registrar/dcr';
import type { Environment } from '@registrar/database';
import type { FieldProblem } from '@registrar/problem';
import type { Secret } from '@registrar/secret';

/** Rows that one import may have. */
export const MAX_IMPORT_ROWS = 5_000;

/** A client that somebody registered by hand, as one row of a portfolio says it. */
export interface ImportRow {
  /** Where it stands in the portfolio, from 0. */
  readonly index: number;
  /** The portfolio's own name for it; only repeated in the answer. */
  readonly ref?: string;
  readonly tenant: { readonly id: string } | { readonly externalId: string };
  readonly ehrId: string;
  readonly applicationId: string;
  readonly environment: Environment;
  readonly clientId: string;
  readonly authMethod?: AuthMethod;
  readonly clientSecret?: Secret;
  readonly clientSecretExpiresAt?: Date;
  /** A JWK, or PKCS#8 in PEM. */
  readonly privateKey?: Secret;
  /** The key id by which the server knows the key, where the key itself names none. */
  readonly kid?: string;
  readonly signingAlg?: SigningAlg;
  readonly registrationClientUri?: string;
  readonly registrationAccessToken?: Secret;
  /** What is registered there, as the portal shows it; left out, what the application would be registered with. */
  readonly clientMetadata?: unknown;
  readonly owner?: string;
  readonly evidence?: unknown;
}

/** What became of one row. A refused row leaves nothing behind, and the others go on. */
export interface ImportAnswer {
  readonly index: number;
  readonly ref?: string;
  readonly outcome: 'planned' | 'created' | 'existing' | 'refused';
  readonly registrationId?: string;
  /** With pointers into the row. */
  readonly errors: readonly FieldProblem[];
  readonly warnings: readonly FieldProblem[];
}
