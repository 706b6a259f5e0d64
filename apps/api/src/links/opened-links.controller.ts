import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Holdings } from '@registrar/links';
import type { Response } from 'express';
import { Answers } from '../answers.js';
import type { ApiRequest } from '../api-request.js';
import { apiProblem } from '../api.problems.js';
import { Public } from '../auth/permit.js';
import { showHolding, shownHolding, type ShownHolding } from './holding.dto.js';
import { holdingPage, PAGE_POLICY } from './holding-page.js';

const KEPT_NOWHERE = {
  'Cache-Control': 'no-store',
  'Referrer-Policy': 'no-referrer',
  'X-Robots-Tag': 'noindex, nofollow',
  'Content-Security-Policy': PAGE_POLICY,
};

/** What a hospital sees by its link, without an account. One that was changed, has expired or was revoked is not there. */
@Controller('shared/:token')
@Public()
@ApiTags('Links')
export class OpenedLinksController {
  constructor(private readonly holdings: Holdings) {}

  @Get()
  @Answers('The clients that are held at the hospital of the link, as a page that runs nothing', 200)
  async page(@Param('token') token: string, @Req() request: ApiRequest, @Res() response: Response): Promise<void> {
    const holding = await this.#open(token, request);
    response.status(200).set(KEPT_NOWHERE).type('text/html').send(holdingPage(holding));
  }

  @Get('data')
  @Answers(
    'The same as JSON: application, scopes, authentication, key thumbprints, last use, rotations, security contact',
    200,
    shownHolding,
  )
  async data(
    @Param('token') token: string,
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ShownHolding> {
    const holding = await this.#open(token, request);
    response.set(KEPT_NOWHERE);
    return holding;
  }

  async #open(token: string, request: ApiRequest): Promise<ShownHolding> {
    const holding = await this.holdings.open(token, request.requestId);
    if (!holding) throw apiProblem('api.not_found');
    return showHolding(holding);
  }
}
