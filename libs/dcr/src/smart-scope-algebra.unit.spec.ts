import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { grantedScopes } from './granted-scopes.js';
import { normalScope, parseScope } from './smart-scope.js';
import { scopesBeyond, scopeWithin } from './smart-scope-cover.js';
import { normalScopes } from './smart-scope-set.js';

const letters = fc.subarray(['c', 'r', 'u', 'd', 's'], { minLength: 1 }).map((each) => each.join(''));
const words = fc.oneof(letters, fc.constantFrom('read', 'write', '*'));
const pair = fc.tuple(fc.constantFrom('category', 'status', 'code:in', 'subject.name', '_filter'), fc.constantFrom('a', 'b%7Cc', 'b|c'));
const smart = fc
  .tuple(
    fc.constantFrom('patient', 'user', 'system'),
    fc.constantFrom('*', 'Patient', 'Observation'),
    words,
    fc.array(pair, { maxLength: 2 }),
  )
  .map(([context, type, word, pairs]) => {
    const query = pairs.map((each) => each.join('=')).join('&');
    return `${context}/${type}.${word}${query === '' || ['read', 'write', '*'].includes(word) ? '' : `?${query}`}`;
  });
const scope = fc.oneof({ weight: 5, arbitrary: smart }, fc.constantFrom('openid', 'launch', 'launch/patient', 'offline_access'));
const set = fc.array(scope, { maxLength: 4 });
const within = (some: readonly string[], others: readonly string[]) => scopesBeyond(some, others).length === 0;

describe('the algebra of scopes (J-01 to J-06)', () => {
  it('is reflexive, in every spelling', () => {
    fc.assert(
      fc.property(set, (some) => {
        expect(within(some, some)).toBe(true);
        expect(within(some, some.map(normalScope))).toBe(true);
        expect(within(some, normalScopes(some)) && within(normalScopes(some), some)).toBe(true);
      }),
    );
  });

  it('is transitive', () => {
    fc.assert(
      fc.property(set, set, set, (small, middle, big) => {
        // Unions, so that the premise holds often enough to be worth it.
        const [two, three] = [
          [...small, ...middle],
          [...small, ...middle, ...big],
        ];
        if (within(small, two) && within(two, three)) expect(within(small, three)).toBe(true);
        if (within(small, middle) && within(middle, big)) expect(within(small, big)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it('is antisymmetric up to the normal form', () => {
    fc.assert(
      fc.property(set, set, (some, others) => {
        const equal = within(some, others) && within(others, some);
        expect(JSON.stringify(normalScopes(some)) === JSON.stringify(normalScopes(others))).toBe(equal);
      }),
      { numRuns: 1000 },
    );
    fc.assert(
      fc.property(scope, scope, (one, other) => {
        if (scopeWithin(one, [other]) && scopeWithin(other, [one])) expect(normalScope(one)).toBe(normalScope(other));
      }),
    );
  });

  it('is monotone: more to lie within never takes anything out, and a constraint only narrows', () => {
    fc.assert(
      fc.property(scope, set, scope, (one, others, more) => {
        if (scopeWithin(one, others)) expect(scopeWithin(one, [...others, more])).toBe(true);
        const parsed = parseScope(one);
        if (typeof parsed === 'string') return;
        const narrower = `${normalScope(one)}${parsed.constraints.length > 0 ? '&' : '?'}date=today`;
        expect(scopeWithin(narrower, [one])).toBe(true);
        expect(scopeWithin(one, [narrower])).toBe(false);
      }),
    );
  });

  it('has a normal form of a set that stays when it is taken again', () => {
    fc.assert(
      fc.property(set, (some) => {
        expect(normalScopes(normalScopes(some))).toEqual(normalScopes(some));
      }),
    );
  });

  it.each([
    ['contexts are not ordered', 'patient/Patient.rs', ['system/*.cruds', 'user/*.cruds'], false],
    ['* is the top of its context', 'user/Patient.rs', ['user/*.rs'], true],
    ['all types by name are no *', 'user/*.rs', ['user/Patient.rs', 'user/Observation.rs'], false],
    ['permissions are a set', 'user/Patient.rs', ['user/Patient.cruds'], true],
    ['permissions add up', 'user/Patient.rs', ['user/Patient.r', 'user/*.s'], true],
    ['two constrained ones do not cover one without', 'user/Patient.r', ['user/Patient.r?a=1', 'user/Patient.r?a=2'], false],
    ['an opaque constraint is equal byte for byte', 'user/Patient.r?code:in=a|b', ['user/Patient.r?code:in=a|b'], true],
    ['and not otherwise', 'user/Patient.r?code:in=a|b', ['user/Patient.r?code:in=a%7Cb'], false],
    ['a plain one is decoded once', 'user/Patient.r?code=a|b', ['user/Patient.r?code=a%7Cb'], true],
    ['and once only', 'user/Patient.r?code=a|b', ['user/Patient.r?code=a%257Cb'], false],
    ['what is atomic is compared exactly', 'launch/patient', ['launch'], false],
    ['what is malformed lies within nothing', 'patient/*.dus', ['patient/*.dus', 'patient/*.cruds'], false],
  ])('%s', (_what, wanted, allowed, expected) => {
    expect(scopeWithin(wanted, allowed)).toBe(expected);
  });

  it.each(['user/Patient.rs?_include=Patient:organization', 'user/Patient.rs?_revinclude:iterate=Provenance:target', 'user/Patient.rs?=a'])(
    '%s adds to a search, and is refused',
    (text) => {
      expect(parseScope(text)).toBe('malformed');
    },
  );
});

describe('granted against requested (J-05)', () => {
  it.each([
    ['K-26 another version', ['user/*.rs'], ['user/*.read'], 'equal'],
    ['one scope in two', ['user/*.rs'], ['user/*.r', 'user/*.s'], 'equal'],
    ['K-25 less', ['openid', 'user/*.rs'], ['openid'], 'narrowed'],
    ['one permission of two', ['user/*.rs'], ['user/*.r'], 'narrowed'],
    ['K-24 more', ['openid'], ['openid', 'launch'], 'widened'],
    ['K-67 a broader type', ['user/Patient.rs'], ['user/*.rs'], 'widened'],
    ['more and less', ['openid', 'user/*.rs'], ['openid', 'launch'], 'widened'],
    ['more of one permission', ['user/*.rs'], ['user/*.ru'], 'widened'],
    ['nothing of it', ['user/*.rs'], ['system/*.rs'], 'disjoint'],
    ['nothing', ['openid'], [], 'disjoint'],
    ['nothing for nothing', [], [], 'equal'],
    ['something for nothing', [], ['openid'], 'widened'],
    ['malformed', ['openid'], ['openid', 'patient/*.sr'], 'widened'],
  ] as const)('%s: %j, %j', (_what, requested, granted, expected) => {
    expect(grantedScopes(requested, granted)).toBe(expected);
  });

  it('a part is narrowed or equal, and the whole of a part widened or equal', () => {
    fc.assert(
      fc.property(fc.array(scope, { minLength: 1, maxLength: 4 }), (some) => {
        expect(grantedScopes(some, some)).toBe('equal');
        expect(['narrowed', 'equal']).toContain(grantedScopes(some, some.slice(0, 1)));
        expect(['widened', 'equal']).toContain(grantedScopes(some.slice(0, 1), some));
      }),
    );
  });
});
