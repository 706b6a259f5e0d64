import type { Environment } from '@registrar/database';
import type { RegistrationAction, RegistrationStatus } from './lifecycle.js';

/** One connection and how the application stands there; without a registration, nothing was asked for yet. */
export interface MatrixCell {
  readonly tenantId: string;
  readonly ehrId: string;
  readonly connectionId: string;
  readonly registrationId: string | null;
  readonly status: RegistrationStatus | null;
  readonly action: RegistrationAction | null;
  readonly drift: string | null;
  readonly proof: string | null;
  readonly problemCode: string | null;
  readonly lastVerifiedAt: Date | null;
}

/** Hospitals × EHRs of one application, for a grid. */
export interface Matrix {
  readonly applicationId: string;
  readonly tenants: readonly { readonly id: string; readonly name: string; readonly externalId: string | null }[];
  readonly ehrs: readonly { readonly id: string; readonly name: string; readonly vendor: string; readonly environment: Environment }[];
  readonly cells: readonly MatrixCell[];
}
