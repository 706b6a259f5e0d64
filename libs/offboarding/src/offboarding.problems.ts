import { defineProblems } from '@registrar/problem';

export const offboardingProblem = defineProblems({
  'offboarding.tenant_not_found': {
    kind: 'not_found',
    title: 'There is no such tenant',
    actor: 'caller',
    label: 'Check the tenant id; ids start with ten_',
  },
  'offboarding.not_found': {
    kind: 'not_found',
    title: 'This tenant was never off-boarded',
    actor: 'caller',
    label: 'Ask for its off-boarding first',
  },
  'offboarding.already': {
    kind: 'conflict',
    title: 'The tenant is being off-boarded, or has been',
    actor: 'caller',
    label: 'Look at the tenant’s off-boarding',
  },
  'offboarding.outcome_unknown': {
    kind: 'conflict',
    title: 'The outcome of registrations of this tenant is unknown; clients may exist that nobody can delete from here',
    actor: 'customer_success',
    label: 'Resolve the registrations that are named, or ask again with a waiver that says why it goes on without',
  },
  'offboarding.begun': {
    kind: 'conflict',
    title: 'The off-boarding has begun; what is deleted at an EHR does not come back',
    actor: 'nobody',
    label: 'Wait for it to end. To use the hospital again, make a new tenant',
  },
  'offboarding.not_ended': {
    kind: 'conflict',
    title: 'The off-boarding has not ended, so its keys are still needed',
    retryable: true,
    actor: 'nobody',
    label: 'Wait until it has its certificate',
  },
  'offboarding.shredded_already': {
    kind: 'conflict',
    title: 'The tenant’s keys are destroyed already',
    actor: 'nobody',
    label: 'Read the off-boarding: it holds the proof',
  },
  'offboarding.own_request': {
    kind: 'forbidden',
    title: 'Whoever off-boarded the tenant does not destroy its keys',
    actor: 'workspace_owner',
    label: 'Have somebody else with the right to off-board do it, with a key of their own',
  },
  'offboarding.bound_key': {
    kind: 'forbidden',
    title: 'A key that is bound to an application or an environment cannot off-board a tenant',
    actor: 'workspace_owner',
    label: 'Use a key that is not bound',
  },
});
