import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Principal } from '@registrar/access';
import { Approvals } from '@registrar/approvals';
import type { UnitOfWork } from '@registrar/database';
import { Answers } from '../answers.js';
import { Caller, Scope } from '../auth/caller.js';
import { Permit } from '../auth/permit.js';
import { Cursors } from '../cursors.js';
import { listOf } from '../page.dto.js';
import { idOf } from '../public-id.dto.js';
import { approvalsQuery, decision, showApproval, shownApproval, type ApprovalsQuery, type DecisionBody } from './approvals.dto.js';

const LIST = 'approvals';

/** What waits for somebody else's yes. */
@Controller('v1/approvals')
@ApiTags('Approvals')
export class ApprovalsController {
  constructor(
    private readonly approvals: Approvals,
    private readonly cursors: Cursors,
  ) {}

  @Get()
  @Permit('approvals.read')
  @Answers('Lists approvals, the newest first', 200, listOf(shownApproval))
  async list(@Caller() caller: Principal, @Scope() scope: UnitOfWork, @Query({ schema: approvalsQuery }) query: ApprovalsQuery) {
    const filter = { status: query.status, kind: query.kind };
    const page = await this.approvals.list(scope, filter, await this.cursors.read(caller, LIST, query));
    return this.cursors.answer(caller, LIST, page, showApproval);
  }

  @Get(':id')
  @Permit('approvals.read')
  @Answers('Reads an approval: what would become wider or weaker, who asked, and what was decided', 200, shownApproval)
  async get(@Scope() scope: UnitOfWork, @Param('id', { schema: idOf('apr') }) id: string) {
    return showApproval(await this.approvals.get(scope, id));
  }

  @Post(':id/approve')
  @HttpCode(200)
  @Permit('approvals.decide')
  @Answers('Says yes to exactly these documents, and goes on; not by whoever asked', 200, shownApproval)
  async approve(
    @Scope() scope: UnitOfWork,
    @Param('id', { schema: idOf('apr') }) id: string,
    @Body({ schema: decision }) body: DecisionBody,
  ) {
    return showApproval(await this.approvals.approve(scope, id, body.reason));
  }

  @Post(':id/reject')
  @HttpCode(200)
  @Permit('approvals.decide')
  @Answers('Says no; nothing is changed. Not by whoever asked', 200, shownApproval)
  async reject(
    @Scope() scope: UnitOfWork,
    @Param('id', { schema: idOf('apr') }) id: string,
    @Body({ schema: decision }) body: DecisionBody,
  ) {
    return showApproval(await this.approvals.reject(scope, id, body.reason));
  }
}
