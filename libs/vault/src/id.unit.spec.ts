import { describe, expect, it } from 'vitest';
import { newId } from './id.js';

describe('newId (RFC 9562, version 7)', () => {
  const ids = Array.from({ length: 50_000 }, newId);

  it('has the form, the version and the variant', () => {
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('grows with every call, within one millisecond too, and never repeats', () => {
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('begins with the time', () => {
    const ms = Number.parseInt(newId().replaceAll('-', '').slice(0, 12), 16);
    expect(Math.abs(ms - Date.now())).toBeLessThan(5_000);
  });
});
