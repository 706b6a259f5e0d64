import type { AuditEntry, AuditLog } from '@registrar/audit';
import type { Transaction } from '@registrar/database';
import type { EventLog } from '@registrar/events';
import type { ConnectionRow } from './connection.entity.js';
import type { EhrRow } from './ehr.entity.js';
import type { InitialAccessTokenRow } from './initial-access-token.entity.js';

type Detail = Readonly<Record<string, unknown>>;
type EhrAction =
  'ehr.create' | 'ehr.update' | 'ehr.discover' | 'ehr.quarantine' | 'ehr.confirm' | 'ehr.delete' | 'ehr.suspend' | 'ehr.resume';
type ConnectionAction = 'connection.create' | 'connection.update' | 'connection.delete';
type TokenAction = 'initial_access_token.create' | 'initial_access_token.delete';

const EVENTS = {
  'ehr.create': 'ehr.created',
  'ehr.update': 'ehr.updated',
  'ehr.discover': 'ehr.updated',
  'ehr.quarantine': 'ehr.quarantined',
  'ehr.confirm': 'ehr.updated',
  'ehr.delete': 'ehr.deleted',
  'ehr.suspend': 'ehr.suspended',
  'ehr.resume': 'ehr.resumed',
  'connection.create': 'connection.created',
  'connection.update': 'connection.updated',
  'connection.delete': 'connection.deleted',
  'initial_access_token.create': 'initial_access_token.created',
  'initial_access_token.delete': 'initial_access_token.deleted',
} as const;

/** What audit trail and event log learn about EHRs, in the transaction that changes them. Never a token's value. */
export class EhrRecords {
  constructor(
    private readonly audit: AuditLog,
    private readonly events: EventLog,
  ) {}

  ehr(tx: Transaction, action: EhrAction, row: EhrRow, detail: Detail = {}): void {
    const at = { status: row.status, environment: row.environment, ...detail };
    this.#write(tx, action, { type: 'ehr', id: row.id }, row.tenantId, at);
  }

  connection(tx: Transaction, action: ConnectionAction, row: ConnectionRecord): void {
    this.#write(tx, action, { type: 'connection', id: row.id }, row.tenantId, { ehr_id: row.ehrId });
  }

  token(
    tx: Transaction,
    action: TokenAction,
    row: Pick<InitialAccessTokenRow, 'id' | 'tenantId' | 'ehrId' | 'kind' | 'pinnedOrigin'>,
  ): void {
    const detail = { ehr_id: row.ehrId, kind: row.kind, pinned_origin: row.pinnedOrigin };
    this.#write(tx, action, { type: 'initial_access_token', id: row.id }, row.tenantId, detail);
  }

  #write(tx: Transaction, action: keyof typeof EVENTS, subject: AuditEntry['subject'], tenantId: string | null, detail: Detail): void {
    const tenant = tenantId === null ? {} : { tenantId };
    this.audit.append(tx, { action, subject, ...tenant, detail });
    this.events.append(tx, { type: EVENTS[action], subject, ...tenant, data: detail });
  }
}

/** The members of a connection that its records name. */
export type ConnectionRecord = Pick<ConnectionRow, 'id' | 'tenantId' | 'ehrId'>;
