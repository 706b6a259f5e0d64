import type { Database, Page, PageRequest, UnitOfWork } from '@registrar/database';
import type { EventLog, StoredEvent } from '@registrar/events';
import type { Wakeups } from '@registrar/registrations';

const LOOK_MS = 1_000;
const AT_ONCE = 200;
const POSITION = /^0{8}-0{4}-0{4}-0{4}-([0-9a-f]{12})$/;

/** The outgoing log, part by part and as it grows. */
export class EventFeed {
  constructor(
    private readonly database: Database,
    private readonly log: EventLog,
    private readonly wakeups: Wakeups,
  ) {}

  /** The events that follow, the oldest first. What comes after a part is there even where there is no more: a reader goes on from there. */
  async list(scope: UnitOfWork, { limit, after }: PageRequest): Promise<Page<StoredEvent>> {
    const from = positionOf(after);
    const [head, items] = await this.database.transaction(
      scope,
      async (tx) => [await this.log.latest(tx), await this.log.read(tx, from, limit)] as const,
    );
    const last = items.at(-1)?.position ?? from;
    // What was not for this reader up to the head is not looked at again: positions have no gap, and nothing comes below one.
    const next = items.length < limit ? Math.max(last, head) : last;
    return { items, ...(next === 0 ? {} : { nextAfter: placeOf(next) }) };
  }

  /** Where whoever has read nothing yet begins to follow: after what there is. */
  async now(scope: UnitOfWork): Promise<string> {
    return placeOf(await this.database.transaction(scope, (tx) => this.log.latest(tx)));
  }

  /**
   * Events as they come, from `after` on, until `goesOn` says no; asked before each look, so that a revoked key hears nothing
   * more. An empty part comes about once a second while nothing happens.
   */
  async *follow(scope: UnitOfWork, after: string, goesOn: () => Promise<boolean>): AsyncGenerator<readonly StoredEvent[]> {
    let place = after;
    for (;;) {
      const heard = this.wakeups.next(scope.workspaceId, LOOK_MS);
      if (!(await goesOn())) return;
      const page = await this.list(scope, { limit: AT_ONCE, after: place });
      place = page.nextAfter ?? place;
      yield page.items;
      if (page.items.length < AT_ONCE) await heard;
    }
  }
}

/** A position as a cursor carries it: cursors hold uuids. */
export function placeOf(position: number): string {
  return `00000000-0000-0000-0000-${position.toString(16).padStart(12, '0')}`;
}

function positionOf(place: string | undefined): number {
  return place === undefined ? 0 : Number.parseInt(POSITION.exec(place)?.[1] ?? '0', 16);
}
