import { describe, expect, it } from 'vitest';
import { scopeOf } from './granted-client.js';

const scope = (requested: string | undefined, granted: string | undefined) =>
  scopeOf({
    requestedMetadata: requested === undefined ? {} : { scope: requested },
    grantedMetadata: granted === undefined ? {} : { scope: granted },
  });

describe('the scope that a token is asked for', () => {
  it.each([
    ['what was granted', 'system/Patient.rs system/Encounter.rs', 'system/Patient.rs', 'system/Patient.rs'],
    ['what was asked for, where the server was silent', 'system/Patient.rs', undefined, 'system/Patient.rs'],
    ['what was asked for, where the client was widened (J-05)', 'system/Patient.rs', 'system/*.cruds', 'system/Patient.rs'],
    ['what was granted, in the server’s own spelling (K-26)', 'system/Patient.rs', 'system/Patient.read', 'system/Patient.read'],
    ['what was granted, where nothing was asked for', undefined, 'system/Patient.rs', 'system/Patient.rs'],
    ['none, where there is none', undefined, '', undefined],
  ])('is %s', (_, requested, granted, asked) => {
    expect(scope(requested, granted)).toBe(asked);
  });
});
