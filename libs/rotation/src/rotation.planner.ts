import type { Database } from '@registrar/database';
import { Problem } from '@registrar/problem';
import {
  takeSuccessorStep,
  type OperationPlanner,
  type StepPlan,
  type TakeStep,
  type UpstreamAccess,
  type Work,
} from '@registrar/registrations';
import { takeHandToPerson } from './hand-to-person.step.js';
import { takeAnnounceGap, takeCheckCurrent, takeIssueSecret } from './issue-secret.step.js';
import { takePublishSuccessor } from './publish-successor.step.js';
import { urlOfKeySet } from './published-keys.repository.js';
import { takeProveSuccessor } from './prove-successor.step.js';
import { putKeys, takePutBoth } from './put-keys.step.js';
import { takeConfirmAbsence, takeConfirmGone, takeLetGoOfClient, takeRemoveClient } from './remove-client.step.js';
import { takeConfirmSuccessorGone, takeRemoveSuccessor } from './remove-successor.step.js';
import { takeRevokeTokens } from './revoke-tokens.step.js';
import { takePutNew, takeRemovePredecessor, takeShowRefused } from './retire.step.js';
import { takeRollBack } from './roll-back.step.js';
import { PolicyWindows } from './policy-windows.js';
import { rotationInput } from './rotation-input.js';
import { RENEWALS, renewalOf } from './renewal.js';
import { replacementProblem, rotationWay, keysOf, type RotationWay } from './rotation-way.js';
import { stepProblem } from './rotation-step.problems.js';
import { takeSoak } from './soak.step.js';
import { waitUntil } from './step-done.js';

const step = (name: string, kind: StepPlan['kind']): StepPlan => ({ name, kind });
const PUBLISH = step('publish_successor', 'publish');
const SOAK = step('soak', 'wait_until');
const PROVE = step('prove_successor', 'probe');
const HAND = step('hand_to_person', 'wait_for_person');
const ANNOUNCE = step('announce_gap', 'publish');

/** How each way goes, up to the moment at which the new credential is the current one. */
export const ROTATIONS: Readonly<Record<RotationWay, readonly StepPlan[]>> = {
  hosted_keys: [PUBLISH, SOAK, PROVE],
  move_to_hosted: [PUBLISH, step('put_key_set_url', 'upstream_write'), SOAK, PROVE],
  hosted_by_person: [PUBLISH, HAND, SOAK, PROVE],
  inline_keys: [step('put_both_keys', 'upstream_write'), PROVE],
  secret_by_read: [ANNOUNCE, step('issue_by_read', 'upstream_write'), PROVE],
  secret_by_update: [ANNOUNCE, step('issue_by_update', 'upstream_write'), PROVE],
  new_client: [step('register', 'upstream_write'), PROVE],
  person: [HAND, PROVE],
};

const REMOVE = step('remove_predecessor', 'publish');
const REFUSED = step('show_refused', 'probe');
const REVOKE = step('revoke_tokens', 'probe');
const REMOVE_CLIENT = [REVOKE, step('remove_client', 'upstream_write'), step('confirm_gone', 'upstream_read')];

/** How the old credential goes, once its successor is proven and the overlap is over. */
export const RETIREMENTS = {
  hosted: [REMOVE, REFUSED],
  inline: [step('put_new_key', 'upstream_write'), REFUSED],
  secret: [REFUSED],
  client: REMOVE_CLIENT,
  /** It is listed already for the EHR's administrator, or was removed by them. */
  listed_client: [step('revoke_tokens', 'probe'), step('let_go_of_client', 'publish')],
} as const satisfies Record<string, readonly StepPlan[]>;

/** Writes nothing at the EHR, and changes what it meets there: bound by the hospital's window all the same, where it can wait. */
const BOUND = new Set(['publish_successor', 'prove_successor', 'remove_predecessor']);

function withinWindow(take: TakeStep, windows: PolicyWindows, access: UpstreamAccess): TakeStep {
  return async (work, one, context) => {
    // What the server has issued already is proven at once: the old one may be gone.
    const bound =
      work.registration.environment === 'production' &&
      (one.name !== PROVE.name || work.operation.steps.some(({ name }) => name === SOAK.name));
    const at = bound ? await windows.opensAt(work) : undefined;
    return at ? waitUntil(work, one, context, access.clock, { reason: 'outside_window', at }) : take(work, one, context);
  };
}

/** The way of a rotation by capability (protocol.md H), its retirement, and the way back. */
export class RotationPlanner implements OperationPlanner {
  readonly kind = 'rotate';
  readonly steps: Readonly<Record<string, TakeStep>>;

  constructor(
    private readonly access: UpstreamAccess,
    database: Database,
  ) {
    const steps = stepsOf(access, database, (work, tried) => this.#rotation(work, tried));
    const windows = new PolicyWindows(database, access.clock);
    this.steps = Object.fromEntries(
      Object.entries(steps).map(([name, take]) => [name, BOUND.has(name) ? withinWindow(take, windows, access) : take]),
    );
  }

  plan(work: Work): readonly StepPlan[] | Problem {
    const { phase } = rotationInput(work);
    if (phase === 'retire') return work.previous ? retirement(work) : stepProblem('rotations.nothing_to_rotate');
    if (phase === 'replace') return replacementProblem(work) ?? ROTATIONS.new_client;
    if (phase === 'renew') return this.#renewal(work);
    if (phase === 'roll_back') return [step('roll_back', 'probe'), ...(work.previousClient ? REMOVE_CLIENT : [])];
    return this.#rotation(work, []);
  }

  #renewal(work: Work): readonly StepPlan[] | Problem {
    const renewal = renewalOf(work, this.access.clock.now());
    if (renewal === undefined) return stepProblem('rotations.nothing_to_renew');
    return renewal === 'with_secret' ? this.#rotation(work, []) : RENEWALS[renewal];
  }

  #rotation(work: Work, tried: readonly RotationWay[]): readonly StepPlan[] | Problem {
    const { pending, pendingClient, client } = work;
    // What an earlier try got from the server is proven first: it may be the only one that is taken.
    if (
      tried.length === 0 &&
      pending &&
      (pendingClient !== undefined || (pending.kind === 'client_secret' && client?.authMethod.startsWith('client_secret')))
    )
      return withEnding(work, [PROVE]);
    const way = rotationWay(work, this.access.clock.now(), tried);
    return way instanceof Problem ? way : withEnding(work, ROTATIONS[way]);
  }
}

/** A person's part takes its time: what follows it is left to the schedule. */
function withEnding(work: Work, rotation: readonly StepPlan[]): readonly StepPlan[] {
  const atOnce = rotationInput(work).reason === 'compromised' && !rotation.includes(HAND);
  return atOnce ? [...rotation, ...ending(work, rotation)] : rotation;
}

/**
 * Where something is compromised, nobody waits for an overlap: what the old credential was given is revoked, and it goes as
 * soon as the new one is proven.
 */
function ending(work: Work, rotation: readonly StepPlan[]): readonly StepPlan[] {
  if (rotation.includes(PUBLISH)) return [REVOKE, ...RETIREMENTS.hosted];
  if (rotation === ROTATIONS.inline_keys) return [REVOKE, ...RETIREMENTS.inline];
  return rotation === ROTATIONS.new_client || work.pendingClient ? RETIREMENTS.client : [REVOKE, ...RETIREMENTS.secret];
}

function retirement({ previousClient, previous, client }: Work): readonly StepPlan[] {
  if (previousClient) return previousClient.status === 'live' ? RETIREMENTS.client : RETIREMENTS.listed_client;
  if (previous?.kind !== 'private_key') return RETIREMENTS.secret;
  return client && keysOf(client, previous.keySetId) === 'inline' ? RETIREMENTS.inline : RETIREMENTS.hosted;
}

function stepsOf(
  access: UpstreamAccess,
  database: Database,
  again: (work: Work, tried: readonly RotationWay[]) => readonly StepPlan[] | Problem,
): Readonly<Record<string, TakeStep>> {
  /** The steps of another way; a person where there is none. */
  const otherwise = (work: Work, tried: readonly RotationWay[]) => {
    const plan = again(work, tried);
    return plan instanceof Problem ? ROTATIONS.person : plan;
  };
  return {
    publish_successor: (work, one, context) => takePublishSuccessor(work, one, context, access),
    put_key_set_url: async (work, one, context) => {
      const { client, pending } = work;
      if (!client || !pending?.keySetId) return { kind: 'stop' };
      const jwksUri = await urlOfKeySet(database, work, pending.keySetId);
      return putKeys(work, one, context, access, { client, said: { jwksUri } });
    },
    soak: (work, one, context) => takeSoak(work, one, context, access, database),
    prove_successor: (work, one, context) => takeProveSuccessor(work, one, context, access, database),
    put_both_keys: (work, one, context) => takePutBoth(work, one, context, access, database),
    announce_gap: (work, one, context) => takeAnnounceGap(work, one, context, access),
    issue_by_read: (work, one, context) =>
      takeIssueSecret(work, one, context, access, { kind: 'read', otherwise: () => otherwise(work, ['secret_by_read']) }),
    issue_by_update: (work, one, context) =>
      takeIssueSecret(work, one, context, access, {
        kind: 'update',
        otherwise: () => otherwise(work, ['secret_by_read', 'secret_by_update']),
      }),
    renew_by_read: (work, one, context) => takeIssueSecret(work, one, context, access, { kind: 'read', otherwise: 'done' }),
    renew_by_update: (work, one, context) => takeIssueSecret(work, one, context, access, { kind: 'update', otherwise: 'done' }),
    check_current: (work, one, context) => takeCheckCurrent(work, one, context, access),
    register: (work, one, context) => takeSuccessorStep(work, one, context, access),
    hand_to_person: async (work, one, context) => {
      const keySetId = work.operation.steps.some(({ name }) => name === PUBLISH.name) ? work.pending?.keySetId : undefined;
      const keySetUrl = keySetId === undefined ? undefined : await urlOfKeySet(database, work, keySetId);
      return takeHandToPerson(work, one, context, access, keySetUrl === undefined ? {} : { keySetUrl });
    },
    remove_predecessor: (work, one, context) => takeRemovePredecessor(work, one, context, access, database),
    put_new_key: (work, one, context) => takePutNew(work, one, context, access, database),
    show_refused: (work, one, context) => takeShowRefused(work, one, context, access, database),
    revoke_tokens: (work, one, context) => takeRevokeTokens(work, one, context, access, database),
    remove_client: (work, one, context) => takeRemoveClient(work, one, context, access, database),
    remove_successor: (work, one, context) => takeRemoveSuccessor(work, one, context, access),
    confirm_successor_gone: (work, one, context) => takeConfirmSuccessorGone(work, one, context, access),
    confirm_gone: (work, one, context) => takeConfirmGone(work, one, context, access),
    confirm_absence: (work, one, context) => takeConfirmAbsence(work, one, context, access, database),
    let_go_of_client: (work, one, context) => takeLetGoOfClient(work, one, context, access),
    roll_back: (work, one, context) => takeRollBack(work, one, context, access),
  };
}
