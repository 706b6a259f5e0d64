import type { Environment, UnitOfWork } from '@registrar/database';
import { defineProblems } from '@registrar/problem';

const bindingProblem = defineProblems({
  'access.environment_mismatch': {
    kind: 'forbidden',
    title: 'The key is bound to another environment than the EHR',
    actor: 'caller',
    label: "Use a key of the EHR's own environment; nothing crosses from one to another",
  },
});

/** Refuses what belongs to another environment than the one that the caller is bound to. @throws Problem access.environment_mismatch */
export function assertEnvironment(scope: UnitOfWork, environment: Environment): void {
  if (scope.environment !== undefined && scope.environment !== environment) throw bindingProblem('access.environment_mismatch');
}
