import type { UnitOfWork } from '@registrar/database';
import { readSoftwareStatement, type SoftwareStatement, type StatementRefusal } from '@registrar/dcr';
import type { Clock } from '@registrar/clock';
import type { Outbound } from '@registrar/outbound';
import type { Problem } from '@registrar/problem';
import type { Secret } from '@registrar/secret';
import { keysAt, keysOfIssuer } from './issuer-keys.js';
import { statementProblem } from './statements.problems.js';

const WORDS: Readonly<Record<StatementRefusal, string>> = {
  malformed: 'This is no signed JWT in its compact form with readable claims.',
  alg_refused: 'Its algorithm proves nothing, or is not known here: none and HS… are never taken.',
  iss_missing: 'It does not say who issued it (iss).',
  expired: 'It has expired.',
  not_yet_valid: 'It is not valid yet.',
  signature_invalid: 'It was not signed by its issuer, or was changed.',
  key_unknown: 'Its issuer has no key of that id and algorithm.',
  too_long: 'It is longer than any server takes.',
};

/**
 * Reads a statement and verifies it with its issuer's keys, where those are known: at the address that the caller names,
 * else where the issuer's own metadata says (I-06). Calls out, so never inside a transaction.
 * @throws Problem software_statements.refused | software_statements.keys_unavailable
 */
export async function examineStatement(
  scope: UnitOfWork,
  { clock, outbound }: { readonly clock: Clock; readonly outbound: Outbound },
  input: { readonly value: Secret; readonly jwksUri?: string | undefined },
): Promise<SoftwareStatement> {
  const now = clock.now();
  const read = taken(await readSoftwareStatement(input.value, { now }));
  const { jwksUri } = input;
  if (jwksUri !== undefined && outbound.check(jwksUri) !== undefined)
    throw refusedStatement('/jwks_uri', 'address_refused', 'Registrar does not call this address.');
  const keys = await (jwksUri === undefined
    ? keysOfIssuer(outbound, read.iss, scope.workspaceId)
    : keysAt(outbound, jwksUri, scope.workspaceId));
  if (!keys && jwksUri !== undefined) throw statementProblem('software_statements.keys_unavailable');
  return keys ? taken(await readSoftwareStatement(input.value, { now, keys })) : read;
}

/** One refusal, with its pointer. */
export function refusedStatement(pointer: string, code: string, detail: string): Problem {
  return statementProblem('software_statements.refused', { errors: [{ pointer, code, detail }] });
}

function taken(read: SoftwareStatement | { readonly refused: StatementRefusal }): SoftwareStatement {
  if ('refused' in read) throw refusedStatement('/value', read.refused, WORDS[read.refused]);
  return read;
}
