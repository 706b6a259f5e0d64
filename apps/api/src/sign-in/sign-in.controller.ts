import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { SessionsService } from '@registrar/access';
import type { Response } from 'express';
import { Answers } from '../answers.js';
import { apiProblem } from '../api.problems.js';
import type { ApiRequest } from '../api-request.js';
import { setSession, setSignIn, takeSignIn } from '../auth/cookies.js';
import { FormerSession } from '../auth/former-session.js';
import { Public } from '../auth/permit.js';
import { defined } from '../defined.js';
import { SignIn } from '../auth/sign-in.js';
import { callbackQuery, shownSignIn, signInQuery, type SignInQuery } from './sign-in.dto.js';

/** How people's browsers come in. */
@Controller('v1/sign-in')
@ApiTags('Sessions')
@Public()
export class SignInController {
  constructor(
    private readonly signIn: SignIn,
    private readonly sessions: SessionsService,
    private readonly former: FormerSession,
  ) {}

  @Get()
  @Answers('How to sign in here', 200, shownSignIn)
  how() {
    return this.signIn.byProvider ? { by: 'openid', url: '/v1/sign-in/openid' } : { by: 'api_key', url: null };
  }

  @Get('openid')
  @Answers('Sends a browser to the OpenID provider', 302)
  async begin(@Query({ schema: signInQuery }) query: SignInQuery, @Res() response: Response) {
    const { url, kept } = await this.signIn.begin(query.return_to);
    setSignIn(response, kept);
    response.redirect(302, url.href);
  }

  @Get('callback')
  @Answers('Takes the browser back from the OpenID provider, sets the cookie of its session and sends it on', 302)
  async finish(@Query({ schema: callbackQuery }) _query: unknown, @Req() request: ApiRequest, @Res() response: Response) {
    const kept = takeSignIn(request, response);
    const query = request.originalUrl.slice(request.originalUrl.indexOf('?'));
    const { identity, returnTo } = await this.signIn.finish(query, kept);
    const { requestId, ip } = request;
    const begun = await this.sessions.beginForPerson(identity, { requestId, ...defined({ from: ip }) }, request.get('user-agent') ?? '');
    if (!begun) throw apiProblem('api.no_role');
    await this.former.end(request);
    setSession(response, begun.token, begun.session.expiresAt.getTime() - begun.session.createdAt.getTime());
    response.redirect(302, returnTo);
  }
}
