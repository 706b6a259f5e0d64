import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Principal } from '@registrar/access';
import type { UnitOfWork } from '@registrar/database';
import { Orphans } from '@registrar/registrations';
import { Answers } from '../answers.js';
import { Caller, Scope } from '../auth/caller.js';
import { Permit } from '../auth/permit.js';
import { Cursors } from '../cursors.js';
import { listOf } from '../page.dto.js';
import { idOf } from '../public-id.dto.js';
import {
  filterOf,
  orphanResolution,
  orphansQuery,
  showOrphan,
  shownOrphan,
  type OrphanResolutionBody,
  type OrphansQuery,
} from './orphans.dto.js';

const LIST = 'orphans';

/** What is, or may be, left at EHRs with nobody who uses it. */
@Controller('v1/orphans')
@ApiTags('Orphans')
export class OrphansController {
  constructor(
    private readonly orphans: Orphans,
    private readonly cursors: Cursors,
  ) {}

  @Get()
  @Permit('orphans.read')
  @Answers('Clients at EHRs that no registration uses, and attempts that may have left one; the newest first', 200, listOf(shownOrphan))
  async list(@Caller() caller: Principal, @Scope() scope: UnitOfWork, @Query({ schema: orphansQuery }) query: OrphansQuery) {
    const page = await this.orphans.list(scope, filterOf(query), await this.cursors.read(caller, LIST, query));
    return this.cursors.answer(caller, LIST, page, showOrphan);
  }

  @Post(':id/resolve')
  @HttpCode(204)
  @Permit('orphans.resolve')
  @Answers('Takes an orphan off the list by a person’s word, with what they show for it', 204)
  async resolve(
    @Scope() scope: UnitOfWork,
    @Param('id', { schema: idOf('orp') }) id: string,
    @Body({ schema: orphanResolution }) body: OrphanResolutionBody,
  ): Promise<void> {
    await this.orphans.resolve(scope, id, body);
  }
}
