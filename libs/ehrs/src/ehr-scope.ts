import type { UnitOfWork } from '@registrar/database';
import { ehrProblem } from './ehrs.problems.js';

/** A caller bound to tenants may read EHRs, not change them. @throws Problem ehrs.bound_key */
export function assertWritable(scope: UnitOfWork): void {
  if (scope.tenantIds !== undefined) throw ehrProblem('ehrs.bound_key');
}
