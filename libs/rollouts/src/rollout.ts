import type { Environment, WorkActor } from '@registrar/database';
import type { Impact } from '@registrar/dcr';
import type { MemberChange, UpdateWay } from '@registrar/registrations';

/** `running` with its stage; the others stand still until a person does something, or have ended. */
export const ROLLOUT_STATUSES = ['awaiting_approval', 'running', 'paused', 'halted', 'succeeded', 'cancelled', 'superseded'] as const;
export type RolloutStatus = (typeof ROLLOUT_STATUSES)[number];
export const OPEN_ROLLOUTS: readonly RolloutStatus[] = ['awaiting_approval', 'running', 'paused', 'halted'];

/** First the canaries; the rest only when all of them are updated and proven. */
export const ROLLOUT_STAGES = ['canary', 'rest'] as const;
export type RolloutStage = (typeof ROLLOUT_STAGES)[number];

/** `waiting`: outside its hospital's window. `with_person`: somebody at the hospital or at a portal has a task. */
export const ITEM_STATES = ['pending', 'running', 'waiting', 'with_person', 'succeeded', 'failed', 'skipped'] as const;
export type ItemState = (typeof ITEM_STATES)[number];

export const IMPACTS = ['none', 'hospital_activates_again', 'users_sign_in_again'] as const satisfies readonly Impact[];

/** One registration of a plan. */
export interface PlannedItem {
  readonly registrationId: string;
  readonly tenantId: string;
  readonly ehrId: string;
  readonly environment: Environment;
  /** The revision that it has now. */
  readonly revision: number;
  readonly way: UpdateWay;
  readonly impact: Impact;
  readonly changes: readonly MemberChange[];
  /** What would become wider or weaker, a line each. */
  readonly escalations: readonly string[];
  readonly documentHash: string;
  readonly canary: boolean;
}

/** A registration that a roll-out leaves as it is, and why. */
export interface LeftAlone {
  readonly registrationId: string;
  readonly tenantId: string;
  readonly ehrId: string;
  readonly reason: 'not_active' | 'needs_reregistration' | 'refused_by_linter';
  readonly detail: string;
}

/** What a roll-out would do. */
export interface RolloutPlan {
  readonly applicationId: string;
  readonly revision: number;
  readonly items: readonly PlannedItem[];
  readonly leftAlone: readonly LeftAlone[];
  readonly needsApproval: boolean;
  readonly failureLimit: number;
  readonly atOnce: number;
  /** SHA-256 over the exact documents of all its registrations: what an approval is bound to. */
  readonly planHash: string;
}

/** What a caller may say of how to go about it. */
export interface RolloutWanted {
  readonly canary?: { readonly count: number } | { readonly registrationIds: readonly string[] };
  /** How many may fail before it halts. */
  readonly failureLimit?: number;
  /** How many are under way at once. */
  readonly atOnce?: number;
  readonly reason?: string;
  /** Registrations whose client nobody can change get another one in its place; somebody else has to say yes to it (H-05). */
  readonly replace?: boolean;
  /** The plan that was looked at: where it is another one by now, nothing is done. */
  readonly planHash?: string;
}

/** Why it stands still or ended early. */
export interface RolloutProblem {
  readonly code: 'canary_failed' | 'failure_limit' | 'documents_changed' | 'approval_rejected' | 'approval_expired';
  readonly detail: string;
}

export interface Rollout {
  readonly id: string;
  readonly applicationId: string;
  readonly revision: number;
  readonly environment: Environment | null;
  readonly status: RolloutStatus;
  readonly stage: RolloutStage;
  readonly failureLimit: number;
  readonly atOnce: number;
  readonly reason: string | null;
  readonly problem: RolloutProblem | null;
  readonly planHash: string;
  readonly approvalId: string | null;
  readonly requestedBy: WorkActor;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly finishedAt: Date | null;
}

/** One registration of a roll-out, as it stands. */
export interface RolloutItem {
  readonly registrationId: string;
  readonly tenantId: string;
  readonly tenantName: string;
  readonly ehrName: string;
  readonly canary: boolean;
  readonly way: UpdateWay;
  readonly impact: Impact;
  readonly state: ItemState;
  readonly operationId: string | null;
  readonly problem: { readonly code: string; readonly title: string } | null;
}

export interface RolloutWithItems extends Rollout {
  readonly items: readonly RolloutItem[];
}
