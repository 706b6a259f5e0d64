import type { Environment, UnitOfWork } from '@registrar/database';
import { accessProblem } from './access.problems.js';

/** Refuses what belongs to another environment than the one that the caller is bound to. @throws Problem access.environment_mismatch */
export function assertEnvironment(scope: UnitOfWork, environment: Environment): void {
  if (scope.environment !== undefined && scope.environment !== environment) throw accessProblem('access.environment_mismatch');
}
