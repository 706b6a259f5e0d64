import { Readable } from 'node:stream';
import { Controller, Get, Headers, Query, Req, Res, StreamableFile } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { permits, type Principal } from '@registrar/access';
import type { UnitOfWork } from '@registrar/database';
import type { StoredEvent } from '@registrar/events';
import type { Request, Response } from 'express';
import { Answers } from '../answers.js';
import { Caller, Scope } from '../auth/caller.js';
import { Callers } from '../auth/callers.js';
import { Permit } from '../auth/permit.js';
import { Cursors } from '../cursors.js';
import { Lifetime } from '../health/lifetime.js';
import { pageQuery, type PageQuery } from '../page.dto.js';
import { EventFeed, placeOf } from './event-feed.js';
import { showEvent, shownEvents } from './events.dto.js';

const LIST = 'events';
const STREAM = 'text/event-stream';

/** What happened, for other programs: thin, in an order that a reader can rely on. */
@Controller('v1/events')
@ApiTags('Events')
export class EventsController {
  constructor(
    private readonly feed: EventFeed,
    private readonly cursors: Cursors,
    private readonly callers: Callers,
    private readonly lifetime: Lifetime,
  ) {}

  @Get()
  @Permit('events.read')
  @Answers(
    'The events that follow a cursor, the oldest first; with Accept: text/event-stream as server-sent events from now on, or from Last-Event-ID on',
    200,
    shownEvents,
  )
  async list(
    @Caller() caller: Principal,
    @Scope() scope: UnitOfWork,
    @Query({ schema: pageQuery }) query: PageQuery,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ) {
    if (request.accepts(['application/json', STREAM]) !== STREAM) {
      const page = await this.feed.list(scope, await this.cursors.read(caller, LIST, query));
      return this.cursors.answer(caller, LIST, page, showEvent);
    }
    const cursor = lastEventId ?? query.cursor;
    const { after } = await this.cursors.read(caller, LIST, { limit: query.limit, ...(cursor === undefined ? {} : { cursor }) });
    response.set({ 'Cache-Control': 'no-store', 'X-Accel-Buffering': 'no' });
    const text = this.#stream(caller, scope, after ?? (await this.feed.now(scope)), request);
    return new StreamableFile(Readable.from(text), { type: STREAM });
  }

  /** Ends where the key, token or session ends or this process does; the reader comes back by itself, with the id of the last event that it has seen. */
  async *#stream(caller: Principal, scope: UnitOfWork, after: string, request: Request): AsyncGenerator<string> {
    const goesOn = async () => !this.lifetime.stopping && sameRights(caller, await this.callers.of(request));
    yield 'retry: 1000\n\n';
    for await (const events of this.feed.follow(scope, after, goesOn)) {
      // A comment while nothing happens: whoever is in between does not take the connection for dead, and we learn when it is.
      yield events.length === 0 ? ':\n\n' : (await Promise.all(events.map((event) => this.#frame(caller, event)))).join('');
    }
  }

  async #frame(caller: Principal, event: StoredEvent): Promise<string> {
    const shown = showEvent(event);
    const { next_cursor: id } = await this.cursors.answer(caller, LIST, { items: [], nextAfter: placeOf(event.position) }, showEvent);
    return `id: ${id ?? ''}\nevent: ${shown.type}\ndata: ${JSON.stringify(shown)}\n\n`;
  }
}

/** Whether whoever follows may still follow, and sees what they saw at first. */
function sameRights(first: Principal, now: Principal | undefined): boolean {
  if (now === undefined || !permits(now, 'events.read')) return false;
  const bindings = ({ tenantIds, applicationId, environment }: Principal) =>
    JSON.stringify([tenantIds ? [...tenantIds].sort() : null, applicationId, environment]);
  return bindings(now) === bindings(first);
}
