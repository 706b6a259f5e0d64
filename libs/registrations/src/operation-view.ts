import type { ProblemDocument } from '@registrar/problem';
import type { OperationKind, OperationStatus, Waiting } from './operation-status.js';
import type { Step } from './step.js';

/** An operation as people and programs see it. */
export interface OperationView {
  readonly id: string;
  readonly registrationId: string;
  readonly tenantId: string;
  readonly kind: OperationKind;
  readonly status: OperationStatus;
  readonly waiting: Waiting | null;
  readonly problem: ProblemDocument | null;
  readonly steps: readonly Step[];
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
}
