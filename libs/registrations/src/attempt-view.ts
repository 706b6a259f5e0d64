import type { ClientMetadata } from '@registrar/dcr';
import type { AttemptKind, AttemptStatus } from './operation-status.js';

/** One line of the journal, redacted: never the answer's bytes, never a secret. */
export interface AttemptView {
  readonly id: string;
  readonly operationId: string;
  readonly kind: AttemptKind;
  readonly status: AttemptStatus;
  /** By which the server's administrator finds a client that we may have created. */
  readonly marker: string;
  readonly markerMember: string | null;
  readonly url: string;
  readonly metadata: ClientMetadata;
  readonly metadataDigest: string;
  readonly upstreamStatus: number | null;
  readonly outcome: Readonly<Record<string, unknown>> | null;
  readonly upstreamClientId: string | null;
  /** The address that we called from, by which it can be found in the server's logs. */
  readonly localAddress: string | null;
  /** Headers of the answer by which the vendor finds it in its own logs, and its `date`. */
  readonly correlation: Readonly<Record<string, string>> | null;
  /** Whether the raw answer is still kept, sealed. */
  readonly answerKept: boolean;
  readonly evidence: Readonly<Record<string, unknown>> | null;
  readonly startedAt: Date;
  readonly deadlineAt: Date;
  readonly finishedAt: Date | null;
}
