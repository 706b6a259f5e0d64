import { defineProblems } from '@registrar/problem';

/** What can go wrong with a roll-out. */
export const rolloutProblem = defineProblems({
  'rollouts.not_found': {
    kind: 'not_found',
    title: 'There is no such roll-out',
    actor: 'caller',
    label: 'Check the roll-out id; ids start with rol_',
  },
  'rollouts.application_not_found': {
    kind: 'not_found',
    title: 'There is no such application',
    actor: 'caller',
    label: 'Check the application id; ids start with app_',
  },
  'rollouts.bound_key': {
    kind: 'forbidden',
    title: 'A key that is bound to hospitals rolls nothing out to the others',
    actor: 'workspace_owner',
    label: 'Use a key that is bound to no tenant',
  },
  'rollouts.running_already': {
    kind: 'conflict',
    title: 'A roll-out of this application is under way',
    actor: 'caller',
    label: 'Wait until it has ended, or pause it first; a new one then takes its place',
  },
  'rollouts.nothing_to_do': {
    kind: 'conflict',
    title: 'Every registration that can be updated is at the newest revision',
    actor: 'caller',
    label: 'Change the application first, which makes a revision',
  },
  'rollouts.plan_changed': {
    kind: 'conflict',
    title: 'The plan is not the one that was shown',
    actor: 'caller',
    label: 'Ask for the plan again, and confirm it with the new plan_hash',
  },
  'rollouts.canary_not_in_plan': {
    kind: 'refused',
    title: 'Some of the canaries are no registrations that this roll-out would update',
    actor: 'caller',
    label: 'Name registrations that the plan lists, or give a count',
  },
  'rollouts.not_possible_now': {
    kind: 'conflict',
    title: 'The roll-out is in no state to do that',
    actor: 'caller',
    label: 'Read the roll-out to see where it stands',
  },
});
