import { Readable } from 'node:stream';
import { Body, Controller, Get, HttpCode, Post, Query, StreamableFile } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Principal } from '@registrar/access';
import { AuditEvents } from '@registrar/audit';
import { StoredCheckpoints } from '@registrar/checkpoints';
import type { UnitOfWork } from '@registrar/database';
import { Answers } from '../answers.js';
import { Caller, Scope } from '../auth/caller.js';
import { Permit } from '../auth/permit.js';
import { Cursors } from '../cursors.js';
import { listOf } from '../page.dto.js';
import {
  auditEventsQuery,
  auditExportQuery,
  exportAuditEvent,
  filterOf,
  showAuditEvent,
  shownAuditEvent,
  shownVerification,
  showVerification,
  verifyBody,
  verifyQuery,
  type AuditEventsQuery,
  type AuditExportQuery,
  type VerifyBody,
  type VerifyQuery,
} from './audit-events.dto.js';

const LIST = 'audit-events';

/** What happened, who did it, and proof that nobody rewrote it. */
@Controller('v1/audit-events')
@ApiTags('Audit')
export class AuditEventsController {
  constructor(
    private readonly events: AuditEvents,
    private readonly cursors: Cursors,
    private readonly checkpoints: StoredCheckpoints,
  ) {}

  @Get()
  @Permit('audit.read')
  @Answers('What happened and who did it; the newest first', 200, listOf(shownAuditEvent))
  async list(@Caller() caller: Principal, @Scope() scope: UnitOfWork, @Query({ schema: auditEventsQuery }) query: AuditEventsQuery) {
    const page = await this.events.list(scope, filterOf(query), await this.cursors.read(caller, LIST, query));
    return this.cursors.answer(caller, LIST, page, showAuditEvent);
  }

  @Get('verify')
  @Permit('audit.read')
  @Answers(
    'Reads the chains from their start and names the first entry of each that is not as it was written, or as a checkpoint says',
    200,
    shownVerification,
  )
  verify(@Scope() scope: UnitOfWork, @Query({ schema: verifyQuery }) query: VerifyQuery) {
    return this.#verified(scope, query.tenant_id, []);
  }

  @Post('verify')
  @HttpCode(200)
  @Permit('audit.read')
  @Answers(
    'The same, measured against checkpoints that were kept elsewhere: they show a tail that was cut off; give them without gaps',
    200,
    shownVerification,
  )
  verifyAgainst(@Scope() scope: UnitOfWork, @Body({ schema: verifyBody }) body: VerifyBody) {
    return this.#verified(scope, body.tenant_id, body.checkpoints);
  }

  @Get('export')
  @Permit('audit.read')
  @Answers('All entries that fit, with the MACs of their chains: one JSON document a line (application/x-ndjson), the newest first', 200)
  export(@Scope() scope: UnitOfWork, @Query({ schema: auditExportQuery }) query: AuditExportQuery): StreamableFile {
    const lines = linesOf(this.events.export(scope, filterOf(query)));
    return new StreamableFile(Readable.from(lines), {
      type: 'application/x-ndjson',
      disposition: 'attachment; filename="audit-events.ndjson"',
    });
  }

  async #verified(scope: UnitOfWork, tenantId: string | undefined, given: readonly string[]) {
    const { vouched, ...checkpoints } = await this.checkpoints.vouched(scope, given);
    return showVerification(await this.events.verify(scope, tenantId, vouched), scope.workspaceId, checkpoints);
  }
}

async function* linesOf(events: ReturnType<AuditEvents['export']>): AsyncGenerator<string> {
  for await (const event of events) yield `${JSON.stringify(exportAuditEvent(event))}\n`;
}
