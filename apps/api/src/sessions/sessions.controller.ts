import { Controller, Delete, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { SessionsService, type Principal } from '@registrar/access';
import type { UnitOfWork } from '@registrar/database';
import type { Response } from 'express';
import { Answers } from '../answers.js';
import { apiProblem } from '../api.problems.js';
import type { ApiRequest } from '../api-request.js';
import { Caller, Scope } from '../auth/caller.js';
import { clearSession, setSession } from '../auth/cookies.js';
import { FormerSession } from '../auth/former-session.js';
import { Permit } from '../auth/permit.js';
import { SignIn } from '../auth/sign-in.js';
import { Cursors } from '../cursors.js';
import { listOf, pageQuery, type PageQuery } from '../page.dto.js';
import { idOf } from '../public-id.dto.js';
import { showSession, shownSession, shownStanding, showStanding } from './sessions.dto.js';

const LIST = 'sessions';

/** Sessions of browsers: who is signed in, since when, and how to end that. */
@Controller('v1/sessions')
@ApiTags('Sessions')
export class SessionsController {
  constructor(
    private readonly sessions: SessionsService,
    private readonly signIn: SignIn,
    private readonly cursors: Cursors,
    private readonly former: FormerSession,
  ) {}

  @Post()
  @Permit('sessions.write')
  @Answers(
    'Exchanges the API key of this request for a session, whose cookie the answer sets; where no OpenID provider signs people in',
    201,
    shownStanding,
  )
  async begin(
    @Caller() caller: Principal,
    @Scope() scope: UnitOfWork,
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) response: Response,
  ) {
    if (this.signIn.byProvider) throw apiProblem('api.sign_in_by_provider');
    const begun = await this.sessions.beginForKey(caller, scope, request.get('user-agent') ?? '');
    await this.former.end(request);
    setSession(response, begun.token, begun.session.expiresAt.getTime() - begun.session.createdAt.getTime());
    return showStanding(begun.principal, begun.session);
  }

  @Get()
  @Permit('sessions.read')
  @Answers("Lists the caller's sessions; for an owner all of the workspace's, ended ones for a month", 200, listOf(shownSession))
  async list(@Caller() caller: Principal, @Scope() scope: UnitOfWork, @Query({ schema: pageQuery }) query: PageQuery) {
    const page = await this.sessions.list(caller, scope, await this.cursors.read(caller, LIST, query));
    return this.cursors.answer(caller, LIST, page, (session) => showSession(session, caller));
  }

  @Delete(':id')
  @Permit('sessions.write')
  @Answers('Revokes a session: every instance refuses it within a second', 200, shownSession)
  async revoke(@Caller() caller: Principal, @Scope() scope: UnitOfWork, @Param('id', { schema: idOf('ses') }) id: string) {
    return showSession(await this.sessions.revoke(caller, scope, id), caller);
  }
}

/** The caller's own standing; what a page asks first. */
@Controller('v1/session')
@ApiTags('Sessions')
export class SessionController {
  constructor(private readonly sessions: SessionsService) {}

  @Get()
  @Permit('sessions.read')
  @Answers('Who calls, with which rights, and by which session', 200, shownStanding)
  async get(@Caller() caller: Principal, @Scope() scope: UnitOfWork) {
    const { sessionId } = caller;
    return showStanding(caller, sessionId === undefined ? undefined : await this.sessions.get(caller, scope, sessionId));
  }

  @Delete()
  @Permit('sessions.write')
  @HttpCode(204)
  @Answers('Signs out: ends the session of this request', 204)
  async end(@Caller() caller: Principal, @Scope() scope: UnitOfWork, @Res({ passthrough: true }) response: Response) {
    if (caller.sessionId === undefined) throw apiProblem('api.no_session');
    await this.sessions.revoke(caller, scope, caller.sessionId);
    clearSession(response);
  }
}
