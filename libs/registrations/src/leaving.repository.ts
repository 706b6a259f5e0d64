import type { Database, UnitOfWork } from '@registrar/database';
import { present } from './present.js';
import { refusalDoubted } from './refusal-doubt.repository.js';
import type { AttemptKind, AttemptStatus } from './operation-status.js';
import type { SealedValue, Work, WorkAttempt, WorkClient, WorkCredential } from './work.js';
import type { ClientMetadata } from '@registrar/dcr';

/** An attempt of an earlier operation whose end nobody has written, and whether its holder still works on it. */
export interface OpenAttempt {
  readonly attempt: WorkAttempt;
  readonly marker: string;
  /** For how long its holder still has it, in milliseconds, unless it is renewed; 0 where nobody works on it. */
  readonly heldForMs: number;
}

/** A cached access token, sealed. */
export interface HeldToken {
  readonly digest: string;
  readonly sealed: Uint8Array;
}

interface OpenRow {
  id: string;
  kind: AttemptKind;
  status: AttemptStatus;
  fence: string;
  url: string;
  metadata: ClientMetadata;
  marker: string;
  marker_member: string | null;
  metadata_digest: string;
  initial_access_token_id: string | null;
  finished_at: Date | null;
  answer_key_id: string | null;
  answer: Buffer | null;
  held_for_ms: number;
}

const OPEN = `
SELECT a.id, a.kind, a.status, a.fence, a.url, a.metadata, a.marker, a.marker_member, a.metadata_digest, a.initial_access_token_id, a.finished_at, a.answer_key_id, a.answer,
       coalesce((SELECT greatest(0, ceil(extract(epoch FROM w.lease_until - clock_timestamp()) * 1000)) FROM work_items w
                  WHERE w.kind = 'operation' AND w.subject_id = a.operation_id), 0)::integer AS held_for_ms
  FROM attempts a
 WHERE a.workspace_id = $1 AND a.registration_id = $2 AND a.operation_id <> $3
   AND (a.status IN ('sending', 'accepted', 'with_person') OR (a.status = 'unknown' AND a.kind = 'register'))
   AND NOT (a.status = 'accepted' AND a.finished_at IS NOT NULL)
 ORDER BY a.started_at, a.id LIMIT 1`;

/** What a deregistration reads besides its work, each in a transaction of its own. */
export class LeavingReads {
  constructor(private readonly database: Database) {}

  /** The oldest attempt of earlier operations whose end is open. */
  async openAttempt(work: Work): Promise<OpenAttempt | undefined> {
    const [row] = await this.database.transaction(scopeOf(work), (tx) =>
      tx.query<OpenRow>(OPEN, [work.scope.workspaceId, work.registration.id, work.operation.id]),
    );
    return row && { attempt: attemptOf(row), marker: row.marker, heldForMs: row.held_for_ms };
  }

  /**
   * Waits without a word: whoever still works on the registration keeps hold of it. The attempt is locked, as by whoever keeps
   * its answer (keepAnswer): either that finds this waiting and wakes it, or this finds that it has ended and does not wait.
   */
  async putOff(work: Work, attemptId: string, inMs: number): Promise<void> {
    await this.database.transaction(scopeOf(work), async (tx) => {
      const [attempt] = await tx.query<{ status: string }>('SELECT status FROM attempts WHERE workspace_id = $1 AND id = $2 FOR UPDATE', [
        work.scope.workspaceId,
        attemptId,
      ]);
      await tx.query(
        `UPDATE work_items SET lease_owner = NULL, lease_until = NULL, due_at = clock_timestamp() + $3 * interval '1 millisecond'
          WHERE id = $1 AND fence = $2 AND lease_owner IS NOT NULL`,
        [work.itemId, work.fence, attempt?.status === 'sending' ? inMs : 0],
      );
    });
  }

  /** The access tokens that are cached for this registration and live on at the EHR. */
  tokens(work: Work, now: Date): Promise<HeldToken[]> {
    return this.database.transaction(scopeOf(work), (tx) =>
      tx.query<HeldToken>(
        `SELECT digest, sealed FROM access_tokens WHERE workspace_id = $1 AND registration_id = $2 AND sealed IS NOT NULL AND expires_at > $3 ORDER BY digest`,
        [work.scope.workspaceId, work.registration.id, now],
      ),
    );
  }

  /** Whether a refusal of the credential does not prove that its client is gone. */
  isDoubted(work: Work, client: WorkClient, credential: WorkCredential, now: Date): Promise<boolean> {
    return refusalDoubted(this.database, work, client, credential, now);
  }

  /** Whether other registrations use the client too: it is deleted with the last of them alone. */
  async isShared(work: Work, client: WorkClient): Promise<boolean> {
    if (client.scope !== 'application') return false;
    const rows = await this.database.transaction(scopeOf(work), (tx) =>
      tx.query(`SELECT 1 FROM registrations WHERE workspace_id = $1 AND client_id = $2 AND id <> $3 AND status <> 'deregistered' LIMIT 1`, [
        work.scope.workspaceId,
        client.id,
        work.registration.id,
      ]),
    );
    return rows.length > 0;
  }
}

function scopeOf(work: Work): UnitOfWork {
  return { workspaceId: work.scope.workspaceId, actor: { type: 'system', id: 'worker' }, requestId: 'deregister' };
}

function attemptOf(row: OpenRow): WorkAttempt {
  const answer: SealedValue | null =
    row.answer_key_id === null || row.answer === null ? null : { keyId: row.answer_key_id, bytes: row.answer };
  return {
    id: row.id,
    kind: row.kind,
    status: row.status,
    fence: Number(row.fence),
    url: row.url,
    metadata: row.metadata,
    marker: row.marker,
    metadataDigest: row.metadata_digest,
    ...present('markerMember', row.marker_member),
    finished: row.finished_at !== null,
    ...present('initialAccessTokenId', row.initial_access_token_id),
    ...present('answer', answer),
  };
}
