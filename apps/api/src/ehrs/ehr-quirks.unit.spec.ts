import { quirksFor, quirkVendors } from '@registrar/dcr';
import { describe, expect, it } from 'vitest';
import { camelCase, snakeCase } from '../snake-case.js';
import { declaredQuirks, quirksOf } from './ehr-quirks.dto.js';

/** Quirks that a server may lack, so that no profile need name them. */
const OPTIONAL = ['ratTtlMs', 'iatScope', 'maxClientsHint', 'rateBudget', 'registrationDeadlineMs', 'authMethods', 'signingAlgs'];

describe('declared quirks', () => {
  it('are the quirks of libs/dcr in snake_case, each of them and no other', () => {
    const known = [...new Set([...Object.keys(quirksFor('generic')), ...OPTIONAL])];
    expect(Object.keys(camelCase(declaredQuirks.shape)).sort()).toEqual(known.sort());
  });

  it('take every profile back as it is shown', () => {
    for (const vendor of quirkVendors()) {
      const quirks = quirksFor(vendor);
      expect(quirksOf(declaredQuirks.parse(snakeCase(quirks)))).toEqual(quirks);
    }
  });
});
