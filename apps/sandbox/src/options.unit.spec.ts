import { describe, expect, it } from 'vitest';
import { readOptions } from './options.js';

describe('the options of the sandbox', () => {
  it('has ten hospitals and four vendors on free loopback ports', () => {
    expect(readOptions([], {})).toEqual({
      processes: ['meadow', 'harbor', 'summit', 'lagoon'],
      simulate: [],
      hospitals: ['h01', 'h02', 'h03', 'h04', 'h05', 'h06', 'h07', 'h08', 'h09', 'h10'],
      host: '127.0.0.1',
      bind: '127.0.0.1',
      controlPort: 0,
      ports: {},
      delayMs: 0,
      secretTtlSeconds: 7_776_000,
      folder: undefined,
    });
  });

  it('takes an argument before the environment', () => {
    const env = { SANDBOX_HOSPITALS: '2', SANDBOX_PORTS: 'meadow=4101,lagoon=4104', SANDBOX_VENDORS: 'meadow,lagoon', SANDBOX_DATA: '' };
    expect(readOptions(['--hospitals', '1', '--delay-ms', '50'], env)).toMatchObject({
      processes: ['meadow', 'lagoon'],
      hospitals: ['h01'],
      ports: { meadow: 4101, lagoon: 4104 },
      delayMs: 50,
      folder: undefined,
    });
  });

  it('refuses what it does not understand', () => {
    expect(() => readOptions(['--hospital', '1'], {})).toThrow('--hospital');
    expect(() => readOptions([], { SANDBOX_VENDORS: 'epic' })).toThrow('vendors');
    expect(() => readOptions([], { SANDBOX_PORTS: 'meadow=99999' })).toThrow('ports');
  });
});
