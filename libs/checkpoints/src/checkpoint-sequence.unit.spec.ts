import { describe, expect, it } from 'vitest';
import { CheckpointSequence } from './checkpoint-sequence.js';

const W = '00000000-0000-4000-8000-000000000001';
/** `2` follows `1` and counts two entries; `2b` is another one of the same number. */
const one = (name: string, previous: string | null, seq?: number) => {
  const n = Number.parseInt(name, 10);
  return [{ workspaceId: W, n, at: '', previous, heads: [{ chainId: W, seq: seq ?? n, mac: '' }] }, name] as const;
};
const whole = ['1', '2', '3', '4', '5'].map((name, index) => one(name, index === 0 ? null : String(index)));
function faults(all: readonly (readonly [Parameters<CheckpointSequence['add']>[0], string])[], since?: number) {
  const sequence = new CheckpointSequence();
  for (const [checkpoint, sha256] of all) sequence.add(checkpoint, sha256);
  return sequence.faults(since).map(({ n, upTo, what }) => `${n}-${upTo} ${what}`);
}

describe('checkpoints compared with one another (T13)', () => {
  it('fit, in any order, sent twice, from any one on, and up to any one', () => {
    expect(faults([])).toEqual([]);
    expect(faults(whole)).toEqual([]);
    expect(faults([...whole, ...whole].reverse())).toEqual([]);
    expect(faults(whole.slice(2))).toEqual([]);
    expect(faults(whole.slice(0, 3))).toEqual([]);
  });

  it('have those named that are missing in between', () => {
    expect(faults(whole.filter((_, index) => index !== 2))).toEqual(['3-3 missing']);
    expect(faults(whole.filter((_, index) => index === 0 || index === 4))).toEqual(['2-4 missing']);
    expect(faults(whole.filter((_, index) => index % 2 === 0))).toEqual(['2-2 missing', '4-4 missing']);
    expect(
      faults(
        whole.filter((_, index) => index === 0 || index === 4),
        4,
      ),
    ).toEqual(['4-4 missing']);
    expect(
      faults(
        whole.filter((_, index) => index !== 2),
        4,
      ),
    ).toEqual([]);
  });

  it('have one named that is there twice, or is not the one that the next names', () => {
    expect(faults([...whole, one('3b', '2')])).toEqual(['3-3 forked']);
    expect(faults([...whole.filter((_, index) => index !== 2), one('3b', '2')])).toEqual(['3-3 forked']);
  });

  it('have one named that counts fewer entries of a chain than an earlier one', () => {
    const less = [...whole.slice(0, 4), one('5', '4', 3)];
    expect(faults(less)).toEqual(['5-5 behind']);
    expect(faults([...less].reverse())).toEqual(['5-5 behind']);
    // As many as before, though: of two makers at once both may have named the same entry.
    expect(faults([...whole.slice(0, 4), one('5', '4', 4)])).toEqual([]);
  });
});
