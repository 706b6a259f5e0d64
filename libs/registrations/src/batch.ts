import type { Environment } from '@registrar/database';
import type { Finding } from '@registrar/dcr';
import type { RegistrationAction, RegistrationStatus } from './lifecycle.js';
import type { StrategyName } from './work.js';

/** Which pairs one call is to register an application for: hospitals × EHRs, or connections one by one. */
export type BatchWanted =
  | { readonly applicationId: string; readonly tenantIds: readonly string[]; readonly ehrIds: readonly string[]; readonly connect: boolean }
  | { readonly applicationId: string; readonly connectionIds: readonly string[] };

/** A pair that is named but not registered, and why. */
export interface LeftOut {
  readonly tenantId: string;
  readonly ehrId: string;
  /** `not_possible`: the EHR's registration mode is one that Registrar cannot follow yet. */
  readonly reason: 'not_connected' | 'not_this_hospitals' | 'not_possible';
}

/** One pair of a plan, with what would be sent for it. */
export interface BatchPair {
  readonly tenantId: string;
  readonly ehrId: string;
  /** Absent: the connection is made with the batch. */
  readonly connectionId?: string;
  readonly environment: Environment;
  readonly strategy: StrategyName;
  readonly authMethod: string;
  /** What the linter says about its document. With an error it is created all the same, and refused before anything is sent. */
  readonly findings: readonly Finding[];
  /** Present where the pair is registered already. */
  readonly registrationId?: string;
}

export interface BatchPlan {
  readonly applicationId: string;
  readonly toCreate: readonly BatchPair[];
  readonly existing: readonly BatchPair[];
  readonly leftOut: readonly LeftOut[];
  /** How long the gates of the servers will need for it, about. Registrations at a portal wait for a person and are not in it. */
  readonly durationMs: number;
  /** Stable digest of the documents of all pairs: the same while nothing that would be sent has changed. */
  readonly planHash: string;
}

/** A registration of a batch, as a list or a progress bar needs it. */
export interface BatchItem {
  readonly registrationId: string;
  readonly tenantId: string;
  readonly tenantName: string;
  readonly ehrId: string;
  readonly ehrName: string;
  readonly vendor: string;
  /** Whether this batch made it or found it. */
  readonly outcome: 'created' | 'existing';
  readonly status: RegistrationStatus;
  readonly action: RegistrationAction | null;
  readonly strategy: StrategyName | null;
  readonly proof: string | null;
  readonly clientId: string | null;
  readonly problem: { readonly code: string; readonly title: string } | null;
  readonly waiting: { readonly reason: string; readonly until: string } | null;
}

export interface Batch {
  readonly id: string;
  readonly applicationId: string;
  readonly planHash: string;
  readonly createdAt: Date;
  readonly items: readonly BatchItem[];
  readonly leftOut: readonly LeftOut[];
}
