import type { Principal } from '@registrar/access';
import type { Page, PageRequest } from '@registrar/database';
import { mac, sameMac, type PlatformKeys } from '@registrar/vault';
import { apiProblem } from './api.problems.js';
import type { PageQuery } from './page.dto.js';

const ID_BYTES = 16;
const MAC_BYTES = 16;

/** Opaque positions in lists. A cursor is good for the list, workspace and tenants that it was made for, and nothing else (A29). */
export class Cursors {
  constructor(private readonly platformKeys: PlatformKeys) {}

  /** What part of `list` the caller asks for. @throws Problem api.invalid_cursor */
  async read(caller: Principal, list: string, { limit, cursor }: PageQuery): Promise<PageRequest> {
    if (cursor === undefined) return { limit };
    const bytes = Buffer.from(cursor, 'base64url');
    const id = bytes.subarray(0, ID_BYTES);
    const made = await this.#mac(caller, list, id);
    if (bytes.length !== ID_BYTES + MAC_BYTES || !sameMac(bytes.subarray(ID_BYTES), made)) throw apiProblem('api.invalid_cursor');
    const hex = id.toString('hex');
    return { limit, after: [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-') };
  }

  /** The answer of a list. */
  async answer<T, Shown>(
    caller: Principal,
    list: string,
    page: Page<T>,
    show: (item: T) => Shown,
  ): Promise<{ data: Shown[]; next_cursor: string | null }> {
    const data = page.items.map(show);
    if (page.nextAfter === undefined) return { data, next_cursor: null };
    const id = Buffer.from(page.nextAfter.replaceAll('-', ''), 'hex');
    return { data, next_cursor: Buffer.concat([id, await this.#mac(caller, list, id)]).toString('base64url') };
  }

  async #mac(caller: Principal, list: string, id: Uint8Array): Promise<Buffer> {
    const key = await this.platformKeys.key('cursor');
    const made = mac(key, JSON.stringify([list, caller.workspaceId, caller.tenantIds ?? null, Buffer.from(id).toString('hex')]));
    return made.subarray(0, MAC_BYTES);
  }
}
