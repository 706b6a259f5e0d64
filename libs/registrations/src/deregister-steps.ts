import { ownerOf } from './owner-of.js';
import type { Step, StepPlan } from './step.js';
import type { Work, WorkClient, WorkCredential } from './work.js';

const SETTLE: StepPlan = { name: 'settle_open', kind: 'probe' };
const REVOKE: StepPlan = { name: 'revoke_tokens', kind: 'upstream_write' };
const DELETE: StepPlan = { name: 'delete_client', kind: 'upstream_write' };
/** After a lost answer it is asked once more (K-46). */
const REPEAT: StepPlan = { name: 'repeat_deletion', kind: 'upstream_write' };
/** The server said that it deleted: it is asked for the client (U23), else its token endpoint is. */
const CONFIRM: StepPlan = { name: 'confirm_deletion', kind: 'upstream_read' };
const CONFIRM_BY_TOKEN: StepPlan = { name: 'confirm_by_token', kind: 'probe' };
/** The server does not know the client, or our token: its token endpoint says which (B-09, B-10). */
const CONFIRM_ABSENCE: StepPlan = { name: 'confirm_absence', kind: 'probe' };
const LEAVE: StepPlan = { name: 'leave', kind: 'publish' };

/** A deregistration, as it is begun; which of the other steps it comes to turns out on the way. */
export const DEREGISTRATION: readonly StepPlan[] = [SETTLE, REVOKE, DELETE, LEAVE];

const OF_ONE_CLIENT = new Set([DELETE, REPEAT, CONFIRM, CONFIRM_BY_TOKEN, CONFIRM_ABSENCE].map(({ name }) => name));
const BY_NAME = { repeat: REPEAT, read: CONFIRM, token: CONFIRM_BY_TOKEN, absence: CONFIRM_ABSENCE } as const;

/** What comes next for the client in hand: everything of it so far is over. */
export function goingOnWith(steps: readonly Step[], next: keyof typeof BY_NAME): Step[] {
  return steps.flatMap((step) => {
    if (step.name === LEAVE.name) return [pending(BY_NAME[next]), step];
    return OF_ONE_CLIENT.has(step.name) ? (step.name === BY_NAME[next].name ? [] : [{ ...step, status: 'done' as const }]) : [step];
  });
}

/** The client in hand is done with: on to the next, or to the end. */
export function withoutClient(steps: readonly Step[], more: boolean): Step[] {
  return steps.flatMap((step) => {
    if (step.name === LEAVE.name) return more ? [pending(DELETE), step] : [step];
    if (!OF_ONE_CLIENT.has(step.name)) return [step];
    return more ? [] : [{ ...step, status: 'done' as const }];
  });
}

/** A registration may hold up to three clients, while it swaps: the current one goes last. */
export function liveClients(work: Work): readonly { readonly client: WorkClient; readonly credential?: WorkCredential }[] {
  const { pendingClient, previousClient, client, pending, previous, current } = work;
  return [pendingClient, previousClient, client].flatMap((one) => {
    if (one?.status !== 'live') return [];
    const credential = [current, pending, previous].find((held) => held && ownerOf(work, held)?.id === one.id);
    return [{ client: one, ...(credential ? { credential } : {}) }];
  });
}

function pending(step: StepPlan): Step {
  return { ...step, status: 'pending' };
}
