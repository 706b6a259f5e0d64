import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Principal } from '@registrar/access';
import type { UnitOfWork } from '@registrar/database';
import { StatementsService } from '@registrar/statements';
import { Answers } from '../answers.js';
import { Caller, Scope } from '../auth/caller.js';
import { Permit } from '../auth/permit.js';
import { Cursors } from '../cursors.js';
import { listOf, pageQuery, type PageQuery } from '../page.dto.js';
import { idOf } from '../public-id.dto.js';
import {
  issueOf,
  newSoftwareStatement,
  showSoftwareStatement,
  shownSoftwareStatement,
  uploadOf,
  type NewSoftwareStatementBody,
} from './software-statements.dto.js';

const LIST = 'software-statements';

@Controller('v1/ehrs/:ehr_id/software-statements')
@ApiTags('Software statements')
export class SoftwareStatementsController {
  constructor(
    private readonly statements: StatementsService,
    private readonly cursors: Cursors,
  ) {}

  @Post()
  @Permit('software_statements.write')
  @Answers(
    'Adds a statement for the server that guards the EHR, checked, or signed here, and resumes what waits for one; it is never read back',
    201,
    shownSoftwareStatement,
  )
  async create(
    @Scope() scope: UnitOfWork,
    @Param('ehr_id', { schema: idOf('ehr') }) ehrId: string,
    @Body({ schema: newSoftwareStatement }) body: NewSoftwareStatementBody,
  ) {
    const issue = issueOf(body);
    const made = issue ? await this.statements.issue(scope, ehrId, issue) : await this.statements.upload(scope, ehrId, uploadOf(body));
    return showSoftwareStatement(made);
  }

  @Get()
  @Permit('software_statements.read')
  @Answers(
    'Lists the statements for the server that guards the EHR, whichever of its EHRs they were added at',
    200,
    listOf(shownSoftwareStatement),
  )
  async list(
    @Caller() caller: Principal,
    @Scope() scope: UnitOfWork,
    @Param('ehr_id', { schema: idOf('ehr') }) ehrId: string,
    @Query({ schema: pageQuery }) query: PageQuery,
  ) {
    const list = `${LIST}:${ehrId}`;
    const page = await this.statements.list(scope, ehrId, await this.cursors.read(caller, list, query));
    return this.cursors.answer(caller, list, page, showSoftwareStatement);
  }

  @Delete(':id')
  @HttpCode(204)
  @Permit('software_statements.write')
  @Answers('Takes a statement away and destroys its text', 204)
  remove(
    @Scope() scope: UnitOfWork,
    @Param('ehr_id', { schema: idOf('ehr') }) ehrId: string,
    @Param('id', { schema: idOf('sst') }) id: string,
  ) {
    return this.statements.remove(scope, ehrId, id);
  }
}
