import type { Environment } from '@registrar/database';

/** A client at an EHR that no registration uses, or an attempt that may have left one: somebody has to look there. */
export interface Orphan {
  readonly id: string;
  readonly kind: 'client' | 'attempt';
  readonly tenantId: string;
  readonly ehrId: string;
  readonly applicationId: string;
  readonly registrationId: string;
  readonly environment: Environment;
  readonly issuer: string | null;
  readonly clientId: string | null;
  readonly reason: string;
  readonly since: Date;
  /** How the EHR's administrator finds it: the marker in its metadata, when it was sent, from which address, and its digest. */
  readonly marker: string | null;
  readonly markerMember: string | null;
  readonly sentAt: Date | null;
  readonly sentUntil: Date | null;
  readonly localAddress: string | null;
  readonly metadataDigest: string | null;
}

/** What somebody found at the EHR: there was nothing, or it is removed now. */
export interface OrphanResolution {
  readonly resolution: 'absent' | 'removed';
  readonly evidence: unknown;
}

export interface OrphanFilter {
  readonly tenantId?: string;
  readonly ehrId?: string;
  readonly registrationId?: string;
}
