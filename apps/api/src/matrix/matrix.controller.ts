import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { UnitOfWork } from '@registrar/database';
import { MatrixReader } from '@registrar/registrations';
import { Answers } from '../answers.js';
import { Scope } from '../auth/caller.js';
import { Permit } from '../auth/permit.js';
import { matrixQuery, showMatrix, shownMatrix, type MatrixQuery } from './matrix.dto.js';

@Controller('v1/matrix')
@ApiTags('Matrix')
export class MatrixController {
  constructor(private readonly matrix: MatrixReader) {}

  @Get()
  @Permit('registrations.read')
  @Answers('Hospitals × EHRs of one application, with a cell for each connection', 200, shownMatrix)
  async get(@Scope() scope: UnitOfWork, @Query({ schema: matrixQuery }) query: MatrixQuery) {
    return showMatrix(await this.matrix.read(scope, query.application_id, query.environment));
  }
}
