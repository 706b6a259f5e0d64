import { expect } from 'vitest';
import type { HostileHouse, Place, PlaceOptions, Shown } from './hostile-house.js';
import { send, type Answer, type Lie } from './lying-server.js';

/** The server does its work, and then says something else of it. */
export const says =
  (twist: (client: Record<string, unknown>) => Partial<Answer> | string): Lie =>
  (_heard, socket, sound) => {
    const told = twist(JSON.parse(sound().body) as Record<string, unknown>);
    send(socket, { status: 201, body: '', ...(typeof told === 'string' ? { body: told } : told) });
  };
export const members = (more: Record<string, unknown>): Lie => says((client) => JSON.stringify({ ...client, ...more }));
export const without = (left: string): Lie =>
  says((client) => JSON.stringify(Object.fromEntries(Object.entries(client).filter(([name]) => name !== left))));
/** It does nothing, and answers. */
export const only =
  (answer: Answer): Lie =>
  (_heard, socket) => {
    send(socket, answer);
  };

export const cut: Lie = (_heard, socket, sound) => {
  const { body } = sound();
  socket.write(
    `HTTP/1.1 201 Created\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body.slice(0, 40)}`,
    () => {
      socket.resetAndDestroy();
    },
  );
};

export interface Registered {
  readonly at: Place;
  readonly shown: Shown;
}

/** Registering at a new site that lies about it, and what the two books then have to say. */
export function lyingCases(house: () => HostileHouse) {
  async function registered(name: string, lie: Lie, options: PlaceOptions = {}): Promise<Registered> {
    const at = await house().place(name, options);
    at.site.lies('register', lie);
    return { at, shown: await at.register() };
  }

  /** Nobody knows: held, sent once, listed, and the two books agree (I1). */
  async function isHeld({ at, shown }: Registered, because?: string): Promise<void> {
    expect(shown).toMatchObject({ status: 'outcome_unknown', client_id: null, problem: { code: 'registrations.outcome_unknown' } });
    expect(at.site.count('register')).toBe(1);
    const [attempt, ...more] = await house().attempts(shown.id);
    expect(more).toEqual([]);
    expect(attempt).toMatchObject({ kind: 'register', status: 'unknown', ...(because ? { outcome: { because } } : {}) });
    expect(at.site.count('token')).toBe(0);
    await at.accounted();
  }

  /** A person looks: the client is in the books, and nothing was asked of the server with it. */
  async function isReviewed({ at, shown }: Registered): Promise<void> {
    expect(shown).toMatchObject({ status: 'action_required', action: 'review_granted_metadata' });
    expect(at.site.count('register')).toBe(1);
    expect((await house().attempts(shown.id)).map(({ status }) => status)).toEqual([
      expect.stringMatching(/^(adopted|accepted|orphaned)$/),
    ]);
    expect(at.site.count('token')).toBe(0);
    await at.accounted();
  }

  async function isActive({ at, shown }: Registered, more: object = {}): Promise<void> {
    expect(shown).toMatchObject({ status: 'active', ...more });
    expect(at.site.count('register')).toBe(1);
    expect((await house().attempts(shown.id)).map(({ status }) => status)).toEqual(['adopted']);
    await at.accounted();
  }

  async function isRefused({ at, shown }: Registered, status: string): Promise<void> {
    expect(shown.status).toBe(status);
    expect(at.site.count('register')).toBe(1);
    expect(at.site.clients).toEqual([]);
    expect((await house().attempts(shown.id)).map((attempt) => attempt.status)).toEqual(['refused']);
  }

  return { registered, isHeld, isReviewed, isActive, isRefused };
}
