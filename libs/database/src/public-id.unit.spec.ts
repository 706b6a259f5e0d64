import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePublicId, publicId } from './index.js';

describe('public ids', () => {
  it('writes prefix, underscore and 26 characters, and reads them back', () => {
    fc.assert(
      fc.property(fc.uuid(), (uuid) => {
        const id = publicId('reg', uuid);
        expect(id).toMatch(/^reg_[0-7][0-9a-hjkmnp-tv-z]{25}$/);
        expect(parsePublicId('reg', id)).toBe(uuid);
      }),
    );
  });

  it.each([
    '',
    'reg_',
    'ten_01h455vb4pex5vsknk084sn02q',
    'reg_81h455vb4pex5vsknk084sn02q',
    'reg_01H455VB4PEX5VSKNK084SN02Q',
    'reg_01h455vb4pex5vsknk084sn02',
  ])('refuses %j as a registration id', (text) => {
    expect(parsePublicId('reg', text)).toBeUndefined();
  });
});
