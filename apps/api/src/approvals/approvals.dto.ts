import { APPROVAL_KINDS, APPROVAL_STATUSES, APPROVAL_SUBJECTS, type Approval } from '@registrar/approvals';
import { publicId, type WorkActor } from '@registrar/database';
import { z } from 'zod';
import { subjectId } from '../subject-id.js';
import { pageQuery } from '../page.dto.js';
import { shownId, shownMoment } from '../public-id.dto.js';

const SUBJECT_PREFIX = { rollout: 'rol', registration: 'reg', ehr: 'ehr' } as const;

export const approvalsQuery = pageQuery.extend({
  status: z.enum(APPROVAL_STATUSES).optional(),
  kind: z.enum(APPROVAL_KINDS).optional(),
});
export type ApprovalsQuery = z.output<typeof approvalsQuery>;

export const decision = z
  .strictObject({ reason: z.string().trim().min(1).max(1_000).optional().describe('Kept with the approval and in the audit log') })
  .default({});
export type DecisionBody = z.output<typeof decision>;

const shownActor = z.object({ type: z.enum(['api_key', 'person', 'system']), id: z.string(), name: z.string().nullable() });

export const shownApproval = z.object({
  id: shownId('apr'),
  kind: z.enum(APPROVAL_KINDS),
  subject: z.object({ type: z.enum(APPROVAL_SUBJECTS), id: z.string().describe('Id of the roll-out or registration') }),
  status: z.enum(APPROVAL_STATUSES).describe('used: what it was for has begun; it is good for nothing else'),
  summary: z.array(z.string()).describe('What would become wider or weaker, or be shown, a line each'),
  documents_hash: z.string().describe('SHA-256 of the exact documents; for others it is not good'),
  reason: z.string().nullable(),
  requested_by: shownActor,
  expires_at: shownMoment(),
  decided_by: shownActor.nullable(),
  decided_at: shownMoment().nullable(),
  decision_reason: z.string().nullable(),
  used_at: shownMoment().nullable(),
  created_at: shownMoment(),
});

export function showApproval(approval: Approval): z.output<typeof shownApproval> {
  return {
    id: publicId('apr', approval.id),
    kind: approval.kind,
    subject: { type: approval.subject.type, id: publicId(SUBJECT_PREFIX[approval.subject.type], approval.subject.id) },
    status: approval.status,
    summary: [...approval.summary],
    documents_hash: approval.documentsHash,
    reason: approval.reason,
    requested_by: showActor(approval.requestedBy),
    expires_at: approval.expiresAt.toISOString(),
    decided_by: approval.decidedBy && showActor(approval.decidedBy),
    decided_at: approval.decidedAt?.toISOString() ?? null,
    decision_reason: approval.decisionReason,
    used_at: approval.usedAt?.toISOString() ?? null,
    created_at: approval.createdAt.toISOString(),
  };
}

function showActor({ type, id, name }: WorkActor): z.output<typeof shownActor> {
  return { type, id: subjectId(type, id), name: name ?? null };
}
