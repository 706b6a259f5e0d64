import type { Environment, WorkActor } from '@registrar/database';

/** What may need somebody else's yes. */
export const APPROVAL_KINDS = ['rollout', 'update', 'reregistration', 'transport', 'reveal'] as const;
export type ApprovalKind = (typeof APPROVAL_KINDS)[number];

/** `approved`: decided, and not yet used. `used`: what it was for has begun; it is good for nothing else. */
export const APPROVAL_STATUSES = ['open', 'approved', 'rejected', 'expired', 'used'] as const;
export type ApprovalStatus = (typeof APPROVAL_STATUSES)[number];

export const APPROVAL_SUBJECTS = ['rollout', 'registration', 'ehr'] as const;

/** What an approval is about. */
export interface ApprovalSubject {
  readonly type: (typeof APPROVAL_SUBJECTS)[number];
  readonly id: string;
}

/** What somebody asks for. */
export interface NewApproval {
  readonly kind: ApprovalKind;
  readonly subject: ApprovalSubject;
  /** SHA-256 (hex) over the canonical bytes of the exact documents: what is approved is these, and nothing else (J-07). */
  readonly documentsHash: string;
  /** What would become wider or weaker, a line each, in words that whoever decides understands. */
  readonly summary: readonly string[];
  readonly reason?: string;
  /** Whose it is, where that is one hospital, application or environment; bound keys see no others. */
  readonly tenantId?: string;
  readonly applicationId?: string;
  readonly environment?: Environment;
  /** How long it can be decided and used; a week where it is left out. */
  readonly expiresInMs?: number;
}

/** A yes that was asked for, and what became of it. */
export interface Approval {
  readonly id: string;
  readonly kind: ApprovalKind;
  readonly subject: ApprovalSubject;
  readonly tenantId: string | null;
  readonly status: ApprovalStatus;
  readonly documentsHash: string;
  readonly summary: readonly string[];
  readonly reason: string | null;
  readonly requestedBy: WorkActor;
  readonly decidedBy: WorkActor | null;
  readonly decidedAt: Date | null;
  readonly decisionReason: string | null;
  readonly usedAt: Date | null;
  readonly expiresAt: Date;
  readonly createdAt: Date;
}
