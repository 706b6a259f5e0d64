import { publicId } from '@registrar/database';
import type { AttemptView, CredentialView } from '@registrar/registrations';
import { z } from 'zod';
import { shownId, shownMoment } from '../public-id.dto.js';

const record = z.record(z.string(), z.unknown());

export const shownAttempt = z.object({
  id: shownId('att'),
  operation_id: shownId('op'),
  kind: z.string(),
  status: z.string(),
  marker: z.string().describe('By which the EHR’s administrator finds a client that we may have created'),
  marker_member: z.string().nullable(),
  url: z.string(),
  metadata: record,
  metadata_digest: z.string(),
  upstream_status: z.int().min(100).max(999).nullable(),
  outcome: record.nullable(),
  client_id: z.string().nullable(),
  local_address: z.string().nullable().describe('The address that we called from'),
  correlation: z
    .record(z.string(), z.string())
    .nullable()
    .describe('Headers of the answer by which the vendor finds it in its own logs, and the date by its clock'),
  answer_kept: z.boolean().describe('Whether the raw answer is still kept, sealed'),
  evidence: record.nullable(),
  started_at: shownMoment(),
  deadline_at: shownMoment(),
  finished_at: shownMoment().nullable(),
});

export function showAttempt(attempt: AttemptView): z.output<typeof shownAttempt> {
  return {
    id: publicId('att', attempt.id),
    operation_id: publicId('op', attempt.operationId),
    kind: attempt.kind,
    status: attempt.status,
    marker: attempt.marker,
    marker_member: attempt.markerMember,
    url: attempt.url,
    metadata: { ...attempt.metadata },
    metadata_digest: attempt.metadataDigest,
    upstream_status: attempt.upstreamStatus,
    outcome: attempt.outcome && { ...attempt.outcome },
    client_id: attempt.upstreamClientId,
    local_address: attempt.localAddress,
    correlation: attempt.correlation && { ...attempt.correlation },
    answer_kept: attempt.answerKept,
    evidence: attempt.evidence && { ...attempt.evidence },
    started_at: attempt.startedAt.toISOString(),
    deadline_at: attempt.deadlineAt.toISOString(),
    finished_at: attempt.finishedAt?.toISOString() ?? null,
  };
}

export const shownCredential = z.object({
  id: shownId('cred'),
  kind: z.enum(['private_key', 'client_secret', 'certificate', 'none']),
  version: z.int().min(1).max(2_147_483_647),
  stage: z.enum(['pending', 'current', 'previous', 'retired']),
  client_id: z.string().nullable(),
  key_set_id: shownId('jks').nullable(),
  alg: z.string().nullable(),
  kid: z.string().nullable(),
  public_jwk: record.nullable(),
  expires_at: shownMoment().nullable(),
  created_at: shownMoment(),
  promoted_at: shownMoment().nullable(),
  retire_at: shownMoment().nullable().describe('When its overlap is over'),
  retired_at: shownMoment().nullable(),
  retirement: z
    .object({
      shown: z.enum(['refused', 'removed']).nullable(),
      removed_at: shownMoment().nullable(),
      last_cache_ends_at: shownMoment().nullable(),
      refused_at: shownMoment().nullable(),
      readers_behind: z
        .int()
        .min(1)
        .max(1_000_000)
        .nullable()
        .describe('How many readers were shown it and not its successor when its overlap was over; the event names them'),
    })
    .nullable()
    .describe('What is known of its end: it was seen refused, or, where nobody wants a failed log-in, removed'),
});

export function showCredential(credential: CredentialView): z.output<typeof shownCredential> {
  return {
    id: publicId('cred', credential.id),
    kind: credential.kind,
    version: credential.version,
    stage: credential.stage,
    client_id: credential.clientId,
    key_set_id: credential.keySetId === null ? null : publicId('jks', credential.keySetId),
    alg: credential.alg,
    kid: credential.kid,
    public_jwk: credential.publicJwk && { ...credential.publicJwk },
    expires_at: credential.expiresAt?.toISOString() ?? null,
    created_at: credential.createdAt.toISOString(),
    promoted_at: credential.promotedAt?.toISOString() ?? null,
    retire_at: credential.retireAt?.toISOString() ?? null,
    retired_at: credential.retiredAt?.toISOString() ?? null,
    retirement: credential.retirement && {
      shown: credential.retirement.shown ?? null,
      removed_at: credential.retirement.removed_at ?? null,
      last_cache_ends_at: credential.retirement.last_cache_ends_at ?? null,
      refused_at: credential.retirement.refused_at ?? null,
      readers_behind: credential.retirement.readers_behind ?? null,
    },
  };
}
