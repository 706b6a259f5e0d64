import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Principal } from '@registrar/access';
import type { UnitOfWork } from '@registrar/database';
import { RegistrationHistory } from '@registrar/registrations';
import { Answers } from '../answers.js';
import { Caller, Scope } from '../auth/caller.js';
import { Permit } from '../auth/permit.js';
import { Cursors } from '../cursors.js';
import { listOf, pageQuery, type PageQuery } from '../page.dto.js';
import { idOf } from '../public-id.dto.js';
import { showAttempt, showCredential, shownAttempt, shownCredential } from './registration-history.dto.js';

/** What is remembered of a registration. */
@Controller('v1/registrations/:id')
@ApiTags('Registrations')
export class RegistrationHistoryController {
  constructor(
    private readonly history: RegistrationHistory,
    private readonly cursors: Cursors,
  ) {}

  @Get('attempts')
  @Permit('registrations.read')
  @Answers('The journal, redacted: every exchange that may have changed something upstream', 200, listOf(shownAttempt))
  async attempts(
    @Caller() caller: Principal,
    @Scope() scope: UnitOfWork,
    @Param('id', { schema: idOf('reg') }) id: string,
    @Query({ schema: pageQuery }) query: PageQuery,
  ) {
    const list = `attempts:${id}`;
    const page = await this.history.attempts(scope, id, await this.cursors.read(caller, list, query));
    return this.cursors.answer(caller, list, page, showAttempt);
  }

  @Get('credentials')
  @Permit('registrations.read')
  @Answers('The versions of the credential, never their values', 200, listOf(shownCredential))
  async credentials(
    @Caller() caller: Principal,
    @Scope() scope: UnitOfWork,
    @Param('id', { schema: idOf('reg') }) id: string,
    @Query({ schema: pageQuery }) query: PageQuery,
  ) {
    const list = `credentials:${id}`;
    const page = await this.history.credentials(scope, id, await this.cursors.read(caller, list, query));
    return this.cursors.answer(caller, list, page, showCredential);
  }
}
