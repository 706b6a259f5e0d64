import type { ClientMetadata } from '@registrar/dcr';
import type { Environment } from '@registrar/database';
import type { ProblemDocument } from '@registrar/problem';
import type { RegistrationAction, RegistrationStatus } from './lifecycle.js';
import type { OperationView } from './operation-view.js';
import type { Waiting } from './operation-status.js';
import type { StrategyName } from './work.js';

/** Something upstream that could not be confirmed to be gone, and who can look. */
export interface Residue {
  readonly client_id: string | null;
  readonly marker?: string;
  readonly reason: string;
  readonly next_action: { readonly actor: string; readonly label: string };
}

/** A registration as people and programs see it; never a secret, never a sealed value. */
export interface RegistrationView {
  readonly id: string;
  readonly tenantId: string;
  readonly ehrId: string;
  readonly connectionId: string;
  readonly applicationId: string;
  readonly environment: Environment;
  readonly revision: number;
  readonly version: number;
  readonly status: RegistrationStatus;
  readonly action: RegistrationAction | null;
  readonly problem: ProblemDocument | null;
  readonly waiting: Waiting | null;
  readonly strategy: StrategyName | null;
  readonly clientId: string | null;
  readonly clientScope: 'registration' | 'application' | null;
  readonly clientMetadata: ClientMetadata;
  readonly requestedMetadata: ClientMetadata | null;
  readonly grantedMetadata: ClientMetadata | null;
  readonly drift: string;
  readonly proof: 'token' | 'client_authentication' | 'inconclusive' | null;
  readonly manageable: 'yes' | 'no' | 'control_lost' | null;
  readonly credential: { readonly kind: string; readonly version: number; readonly stage: string; readonly expiresAt: Date | null } | null;
  readonly nextRotationAt: Date | null;
  readonly lastVerifiedAt: Date | null;
  readonly residue: readonly Residue[];
  readonly operation: OperationView | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}
