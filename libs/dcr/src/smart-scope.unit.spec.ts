import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalScope, parseScope, splitScope } from './smart-scope.js';
import { scopesBeyond, scopeWithin } from './smart-scope-cover.js';
import { scopeInServerSyntax } from './smart-scope-syntax.js';

const permissions = fc.subarray(['c', 'r', 'u', 'd', 's'], { minLength: 1 }).map((letters) => letters.join(''));
const query = fc.array(fc.tuple(fc.constantFrom('category', 'status', 'code:in'), fc.constantFrom('a', 'b%7Cc', 'b|c')), { maxLength: 3 });
const scope = fc
  .tuple(fc.constantFrom('patient', 'user', 'system'), fc.constantFrom('*', 'Patient', 'Observation'), permissions, query)
  .map(([context, type, letters, pairs]) => {
    const constraints = pairs.map(([name, value]) => `${name}=${value}`).join('&');
    return `${context}/${type}.${letters}${constraints === '' ? '' : `?${constraints}`}`;
  });

describe('a SMART scope (F-04, J-01, J-02)', () => {
  it.each([
    ['system/*.read', 'system/*.rs'],
    ['patient/Observation.write', 'patient/Observation.cud'],
    ['user/*.*', 'user/*.cruds'],
    ['patient/Observation.rs?status=final&category=lab', 'patient/Observation.rs?category=lab&status=final'],
    ['patient/Observation.rs?code=a%7Cb', 'patient/Observation.rs?code=a%7Cb'],
    ['patient/Observation.rs?code=a|b', 'patient/Observation.rs?code=a%7Cb'],
    ['launch/patient', 'launch/patient'],
    ['openid', 'openid'],
  ])('%s is %s', (written, normal) => {
    expect(normalScope(written)).toBe(normal);
  });

  it.each([
    'patient/*.dus',
    'patient/Patient.rx',
    'patient/*.',
    'system/patient.rs',
    'user/*.read?x=y',
    'patient/*.rs?x',
    'patient/*.rs?a=%zz',
    'a"b',
    'ü',
  ])('%s is malformed (J-06)', (written) => {
    expect(parseScope(written)).toBe('malformed');
  });

  it('has a normal form that stays when it is taken again', () => {
    fc.assert(
      fc.property(scope, (written) => {
        expect(normalScope(normalScope(written))).toBe(normalScope(written));
      }),
    );
  });

  it('splits a scope string, each once', () => {
    expect(splitScope(' openid  launch openid')).toEqual(['openid', 'launch']);
  });
});

describe('one scope within others (J-03, J-04)', () => {
  it.each([
    ['system/Patient.rs', ['system/*.read'], true],
    ['system/*.read', ['system/*.rs'], true],
    ['system/*.rs', ['system/Patient.rs'], false],
    ['patient/Observation.rs', ['patient/Observation.r', 'patient/Observation.s'], true],
    ['patient/Observation.rs', ['system/*.cruds'], false],
    ['patient/Observation.rs?category=lab', ['patient/Observation.rs'], true],
    ['patient/Observation.rs', ['patient/Observation.rs?category=lab', 'patient/Observation.rs?category=vital'], false],
    ['patient/Observation.rs?code:in=x', ['patient/Observation.rs?code:in=y'], false],
    ['launch/patient', ['launch'], false],
    ['openid', ['openid'], true],
  ])('%s within %j: %s', (wanted, allowed, within) => {
    expect(scopeWithin(wanted, allowed)).toBe(within);
  });

  it('every scope lies within itself, however it is spelled, and within nothing by nobody', () => {
    fc.assert(
      fc.property(scope, (written) => {
        expect(scopesBeyond([written], [normalScope(written)])).toEqual([]);
        expect(scopesBeyond([written], [])).toEqual([written]);
      }),
    );
  });
});

describe('the spelling that a server reads', () => {
  it.each([
    ['system/*.rs', { scopes: ['system/*.read'] }, 'system/*.read'],
    ['system/*.rs', { scopes: ['system/*.read', 'system/*.rs'] }, 'system/*.rs'],
    ['system/Patient.rs', { smart: ['permission-v1'] }, 'system/Patient.read'],
    ['system/Patient.r', { smart: ['permission-v1'] }, 'system/Patient.r'],
    ['system/Patient.read', { smart: ['permission-v2'] }, 'system/Patient.rs'],
    ['system/Patient.read', { smart: ['permission-v1', 'permission-v2'] }, 'system/Patient.read'],
    ['system/Patient.read', {}, 'system/Patient.read'],
    ['launch', { smart: ['permission-v2'] }, 'launch'],
  ])('%s at %j is sent as %s', (wanted, server, sent) => {
    expect(scopeInServerSyntax(wanted, server)).toBe(sent);
  });
});
