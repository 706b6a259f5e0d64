import type { Environment, Page, WorkActor } from '@registrar/database';

export const OFFBOARDING_STATUSES = ['scheduled', 'running', 'certifying', 'done', 'cancelled'] as const;
/** `certifying`: everything has ended, and is being signed. */
export type OffboardingStatus = (typeof OFFBOARDING_STATUSES)[number];

/** What becomes of one registration: deleted from here, left to those who share the client, done by a person, unknown, or nothing to be done. */
export type Disposition = 'delete' | 'shared' | 'person' | 'unknown' | 'none';

export interface PlannedLeaving {
  readonly registrationId: string;
  readonly ehrId: string;
  readonly ehrName: string;
  readonly applicationId: string;
  readonly environment: Environment;
  readonly status: string;
  readonly clientId: string | null;
  readonly disposition: Disposition;
}

/** What off-boarding a hospital would do. */
export interface OffboardingPlan {
  readonly tenantId: string;
  /** Of all its registrations. */
  readonly counts: Partial<Record<Disposition, number>>;
  /** One part of them. */
  readonly registrations: Page<PlannedLeaving>;
}

export interface OffboardingWanted {
  /** By the business clock; left out, at once. */
  readonly effectiveAt?: Date;
  readonly reason?: string;
  /** Why it goes on although the outcome of registrations is unknown. */
  readonly waiver?: string;
}

/** A document, as it was signed: whoever has it and the published key can check it after the hospital is gone. */
export interface SignedDocument {
  /** The bytes that were signed, as JSON text. */
  readonly document: string;
  readonly sha256: string;
  readonly jws: string;
  readonly jwksUri: string;
}

/** Where the off-boarding of a hospital stands. */
export interface Offboarding {
  readonly id: string;
  readonly tenantId: string;
  readonly status: OffboardingStatus;
  readonly effectiveAt: Date;
  readonly reason: string | null;
  readonly waiver: string | null;
  readonly requestedBy: WorkActor;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  readonly cancelledAt: Date | null;
  readonly certificate: SignedDocument | null;
  readonly shreddedAt: Date | null;
  readonly shreddedBy: WorkActor | null;
  readonly shredding: SignedDocument | null;
  readonly createdAt: Date;
}

/** What of the hospital is where. */
export interface OffboardingCounts {
  readonly registrations: number;
  readonly ended: number;
  readonly clientsDeleted: number;
  /** Still to be removed by a person at this moment. */
  readonly clientsLeft: number;
  readonly attemptsLeft: number;
}
