import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { BreakGlass } from '@registrar/approvals';
import type { UnitOfWork } from '@registrar/database';
import { Answers } from '../answers.js';
import { showApproval, shownApproval } from '../approvals/approvals.dto.js';
import { Scope } from '../auth/caller.js';
import { Permit } from '../auth/permit.js';
import { Reveals } from '../idempotency.interceptor.js';
import { idOf } from '../public-id.dto.js';
import { approvedReveal, revealWanted, shownSecret, showSecret, type ApprovedReveal, type RevealWanted } from './credentials.dto.js';

/** The way to a secret for somebody whose role may not see any: with a reason, and somebody else's yes. */
@Controller('v1/registrations/:id/break-glass')
@ApiTags('Credentials')
export class BreakGlassController {
  constructor(private readonly breakGlass: BreakGlass) {}

  @Post()
  @Permit('registrations.ask_reveal')
  @Answers('Asks somebody else to allow a look at the client secret of this registration, for an hour from now on', 201, shownApproval)
  async ask(
    @Scope() scope: UnitOfWork,
    @Param('id', { schema: idOf('reg') }) id: string,
    @Body({ schema: revealWanted }) body: RevealWanted,
  ) {
    return showApproval(await this.breakGlass.ask(scope, id, body.reason));
  }

  @Post('reveal')
  @HttpCode(200)
  @Permit('registrations.break_glass')
  @Reveals('client_secret')
  @Answers('The client secret, for whoever asked, while the approval lasts; each look is audited first', 200, shownSecret)
  async reveal(
    @Scope() scope: UnitOfWork,
    @Param('id', { schema: idOf('reg') }) id: string,
    @Body({ schema: approvedReveal }) body: ApprovedReveal,
  ) {
    return showSecret(await this.breakGlass.reveal(scope, id, body.approval_id));
  }
}
