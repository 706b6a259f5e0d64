import { describe, expect, it } from 'vitest';
import { keyLife, signing } from './statement-key-life.js';

const DAY = 86_400_000;
const START = Date.parse('2026-01-01T00:00:00Z');
const at = (days: number) => new Date(START + days * DAY);
const key = (id: string, from: number, until?: number, alg = 'ES384') => ({
  id,
  alg,
  signsFrom: at(from),
  neededUntil: until === undefined ? null : at(until),
});

describe('the life of a key that statements are signed with (I-05, H-01)', () => {
  it('has the next one published a day before it has signed for ninety, and not twice', () => {
    expect(keyLife([key('a', 0)], at(88))).toEqual({ next: [], retire: [], spent: [], lookAt: at(89) });
    expect(keyLife([key('a', 0)], at(89)).next).toEqual(['ES384']);
    expect(keyLife([key('a', 0), key('b', 90)], at(89.5))).toEqual({ next: [], retire: [], spent: [], lookAt: at(90) });
  });

  it('signs until the next one does', () => {
    const keys = [key('a', 0), key('b', 90), key('c', 10, undefined, 'RS384')];
    expect([89, 90].map((day) => signing(keys, 'ES384', at(day))?.id)).toEqual(['a', 'b']);
    expect(signing(keys, 'RS384', at(5))).toBeUndefined();
  });

  it('ends with the last statement that it has signed, and signs no more an hour after the next one does', () => {
    const keys = [key('a', 0, 200), key('b', 90)];
    expect(keyLife(keys, at(90))).toMatchObject({ retire: [], spent: [], lookAt: at(90 + 1 / 24) });
    expect(keyLife(keys, at(91))).toMatchObject({ retire: [], spent: ['a'], lookAt: at(179) });
    expect(keyLife([key('a', 0, 200), key('b', 110)], at(111)).lookAt).toEqual(at(199));
    expect(keyLife([key('a', 0, 200), key('b', 199)], at(200.5))).toMatchObject({ retire: ['a'], spent: ['a'] });
    expect(keyLife([key('a', 0), key('b', 90)], at(91))).toMatchObject({ retire: ['a'] });
  });
});
