import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Principal } from '@registrar/access';
import type { UnitOfWork } from '@registrar/database';
import { OperationWaiters, Registrations } from '@registrar/registrations';
import { Answers } from '../answers.js';
import { Caller, Scope } from '../auth/caller.js';
import { Permit } from '../auth/permit.js';
import { Cursors } from '../cursors.js';
import { listOf } from '../page.dto.js';
import { Wait } from '../prefer.js';
import { idOf } from '../public-id.dto.js';
import { defined } from '../defined.js';
import { operationsQuery, showOperation, shownOperation, type OperationsQuery } from './operations.dto.js';

const LIST = 'operations';

/** What 202 answers point to. */
@Controller('v1/operations')
@ApiTags('Operations')
export class OperationsController {
  constructor(
    private readonly registrations: Registrations,
    private readonly waiters: OperationWaiters,
    private readonly cursors: Cursors,
  ) {}

  @Get()
  @Permit('operations.read')
  @Answers('Lists operations, the newest first', 200, listOf(shownOperation))
  async list(@Caller() caller: Principal, @Scope() scope: UnitOfWork, @Query({ schema: operationsQuery }) query: OperationsQuery) {
    const filter = defined({ registrationId: query.registration_id, kind: query.kind, status: query.status });
    const page = await this.registrations.operations(scope, filter, await this.cursors.read(caller, LIST, query));
    return this.cursors.answer(caller, LIST, page, showOperation);
  }

  @Get(':id')
  @Permit('operations.read')
  @Answers('Reads an operation; with Prefer: wait=N, as it is when it has ended', 200, shownOperation)
  async get(@Scope() scope: UnitOfWork, @Param('id', { schema: idOf('op') }) id: string, @Wait() waitMs: number | undefined) {
    return showOperation(await this.waiters.settled(scope, id, waitMs ?? 0));
  }
}
