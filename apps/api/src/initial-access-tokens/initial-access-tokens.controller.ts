import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Principal } from '@registrar/access';
import type { UnitOfWork } from '@registrar/database';
import { InitialAccessTokensService } from '@registrar/ehrs';
import { Answers } from '../answers.js';
import { Caller, Scope } from '../auth/caller.js';
import { Permit } from '../auth/permit.js';
import { Cursors } from '../cursors.js';
import { listOf, pageQuery, type PageQuery } from '../page.dto.js';
import { idOf } from '../public-id.dto.js';
import {
  newInitialAccessToken,
  showInitialAccessToken,
  shownInitialAccessToken,
  tokenOf,
  type NewInitialAccessTokenBody,
} from './initial-access-tokens.dto.js';

const LIST = 'initial-access-tokens';

@Controller('v1/ehrs/:ehr_id/initial-access-tokens')
@ApiTags('Initial access tokens')
export class InitialAccessTokensController {
  constructor(
    private readonly tokens: InitialAccessTokensService,
    private readonly cursors: Cursors,
  ) {}

  @Post()
  @Permit('initial_access_tokens.write')
  @Answers(
    'Adds a token for the server that guards the EHR, and resumes what waits for one; its value is never read back',
    201,
    shownInitialAccessToken,
  )
  async create(
    @Scope() scope: UnitOfWork,
    @Param('ehr_id', { schema: idOf('ehr') }) ehrId: string,
    @Body({ schema: newInitialAccessToken }) body: NewInitialAccessTokenBody,
  ) {
    return showInitialAccessToken(await this.tokens.create(scope, ehrId, tokenOf(body)));
  }

  @Get()
  @Permit('initial_access_tokens.read')
  @Answers(
    'Lists the tokens of the server that guards the EHR, whichever of its EHRs they were given for',
    200,
    listOf(shownInitialAccessToken),
  )
  async list(
    @Caller() caller: Principal,
    @Scope() scope: UnitOfWork,
    @Param('ehr_id', { schema: idOf('ehr') }) ehrId: string,
    @Query({ schema: pageQuery }) query: PageQuery,
  ) {
    const list = `${LIST}:${ehrId}`;
    const page = await this.tokens.list(scope, ehrId, await this.cursors.read(caller, list, query));
    return this.cursors.answer(caller, list, page, showInitialAccessToken);
  }

  @Delete(':id')
  @HttpCode(204)
  @Permit('initial_access_tokens.write')
  @Answers('Takes a token away and destroys its sealed value', 204)
  remove(
    @Scope() scope: UnitOfWork,
    @Param('ehr_id', { schema: idOf('ehr') }) ehrId: string,
    @Param('id', { schema: idOf('iat') }) id: string,
  ) {
    return this.tokens.remove(scope, ehrId, id);
  }
}
