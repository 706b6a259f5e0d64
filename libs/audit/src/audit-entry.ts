import type { WorkActor } from '@registrar/database';
import type { AuditAction, SubjectType } from './action.js';

/** One thing that happened. `detail` names what changed, never a value of it, and never a secret. */
export interface AuditEntry {
  readonly action: AuditAction;
  readonly subject: { readonly type: SubjectType; readonly id: string };
  /** The chain: this tenant's, or, left out, the workspace's. */
  readonly tenantId?: string;
  readonly detail?: Readonly<Record<string, unknown>>;
  /** Who, where it is not the actor of the unit of work: a worker acts for whoever asked. */
  readonly actor?: WorkActor;
  readonly requestId?: string;
}

/** Who did it, and the address that the call came from. */
export interface AuditActor extends WorkActor {
  readonly from?: string;
}

/** An entry as it stands in its chain. */
export interface AuditRow {
  readonly chainId: string;
  readonly seq: number;
  readonly id: string;
  readonly tenantId?: string;
  readonly at: Date;
  readonly actor: AuditActor;
  readonly action: string;
  readonly subjectType: string;
  readonly subjectId: string;
  readonly requestId: string;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly keyId: string;
}
