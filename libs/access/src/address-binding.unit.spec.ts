import { describe, expect, it } from 'vitest';
import { isAddressRange, isWithin } from './index.js';

describe('the addresses that a key is bound to (T22)', () => {
  it.each([
    ['10.1.2.3', ['10.0.0.0/8'], true],
    ['11.1.2.3', ['10.0.0.0/8'], false],
    ['10.1.2.3', ['192.0.2.0/24', '10.1.2.3'], true],
    ['10.1.2.4', ['10.1.2.3'], false],
    ['::ffff:10.1.2.3', ['10.0.0.0/8'], true],
    ['2001:db8::7', ['2001:db8::/32'], true],
    ['2001:db9::7', ['2001:db8::/32'], false],
    ['fe80::1%eth0', ['fe80::/10'], true],
    ['10.1.2.3', ['::/0'], false],
    ['2001:db8::7', ['0.0.0.0/0'], false],
    [undefined, ['0.0.0.0/0', '::/0'], false],
    ['not an address', ['0.0.0.0/0'], false],
  ])('%s in %j: %s', (address, ranges, within) => {
    expect(isWithin(address, ranges)).toBe(within);
  });

  it('are written in one way only', () => {
    for (const good of ['10.0.0.1', '10.0.0.0/8', '0.0.0.0/0', '2001:db8::/32', '::1'])
      expect([good, isAddressRange(good)]).toEqual([good, true]);
    for (const bad of [
      '',
      '10',
      '10.0.0',
      '0x7f.1',
      '010.0.0.1',
      '10.0.0.0/33',
      '::/129',
      '10.0.0.0/',
      '10.0.0.0/8/8',
      '10.0.0.0/-1',
      'a.example',
      'fe80::1%eth0',
    ])
      expect([bad, isAddressRange(bad)]).toEqual([bad, false]);
  });
});
