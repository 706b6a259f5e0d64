import { applicationLayers } from '@registrar/applications';
import type { Database, Environment, UnitOfWork } from '@registrar/database';
import type { Matrix } from './matrix.js';
import { matrixRow } from './matrix.repository.js';
import { registrationProblem } from './registrations.problems.js';

/** Where one application stands, at every hospital and EHR. */
export class MatrixReader {
  constructor(private readonly database: Database) {}

  /** @throws Problem registrations.application_not_found */
  read(scope: UnitOfWork, applicationId: string, environment?: Environment): Promise<Matrix> {
    return this.database.transaction(scope, async (tx) => {
      const [layers] = await applicationLayers(tx, [{ applicationId, ehrId: applicationId }]);
      if (!layers) throw registrationProblem('registrations.application_not_found');
      return matrixRow(tx, applicationId, environment);
    });
  }
}
