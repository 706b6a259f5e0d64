import type { AuthMethod } from '@registrar/dcr';
import type { FieldProblem } from '@registrar/problem';
import type { ImportRow } from './import.js';

/** How the client authenticates: as the row says, or as its credential shows. */
export function importedAuthMethod(row: ImportRow): AuthMethod {
  if (row.authMethod) return row.authMethod;
  if (row.privateKey) return 'private_key_jwt';
  return row.clientSecret ? 'client_secret_basic' : 'none';
}

/** What contradicts itself within one row, before anybody looks anything up. */
export function contradictions(row: ImportRow, now: Date): FieldProblem[] {
  const method = importedAuthMethod(row);
  const usesSecret = method.startsWith('client_secret');
  const usesKey = method === 'private_key_jwt';
  const found: FieldProblem[] = [];
  const refuse = (when: boolean, pointer: string, code: string, detail: string) => {
    if (when) found.push({ pointer, code, detail });
  };
  refuse(row.clientSecret !== undefined && !usesSecret, '/client_secret', 'contradictory', `A client that uses ${method} has no secret.`);
  refuse(row.privateKey !== undefined && !usesKey, '/private_key', 'contradictory', `A client that uses ${method} has no key.`);
  refuse(usesSecret && !row.clientSecret, '/client_secret', 'required', `A client that uses ${method} needs its secret.`);
  refuse(usesKey && !row.privateKey, '/private_key', 'required', `A client that uses ${method} needs its private key.`);
  refuse(
    method === 'none' && row.authMethod === undefined,
    '/client_secret',
    'required',
    'Give a secret or a private key, or say token_endpoint_auth_method none.',
  );
  refuse(
    row.clientSecretExpiresAt !== undefined && !row.clientSecret,
    '/client_secret_expires_at',
    'contradictory',
    'There is no secret that could expire.',
  );
  refuse(
    row.clientSecretExpiresAt !== undefined && row.clientSecretExpiresAt <= now,
    '/client_secret_expires_at',
    'expired',
    'The secret has expired already.',
  );
  refuse(
    (row.registrationAccessToken === undefined) !== (row.registrationClientUri === undefined),
    row.registrationAccessToken ? '/registration_client_uri' : '/registration_access_token',
    'required',
    'A registration access token and its registration client URI come together (RFC 7592 section 3).',
  );
  return found;
}

/**
 * Which rows repeat an earlier one: one hospital, EHR and application have one client. @returns by index of the row that repeats.
 */
export function repeated(rows: readonly { readonly row: ImportRow; readonly pair: string }[]): ReadonlyMap<number, FieldProblem> {
  const first = new Map<string, number>();
  const found = new Map<number, FieldProblem>();
  for (const { row, pair } of rows) {
    const key = `${pair}:${row.applicationId}`;
    const earlier = first.get(key);
    if (earlier === undefined) first.set(key, row.index);
    else
      found.set(row.index, {
        pointer: '/client_id',
        code: 'duplicate',
        detail: `Row ${earlier + 1} is for the same hospital, EHR and application.`,
      });
  }
  return found;
}
