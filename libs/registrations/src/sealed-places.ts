import type { SealedPlace } from '@registrar/vault';

/** Raw answers of EHRs that nobody has adopted yet, or that cannot be. */
export const answersPlace: SealedPlace = {
  table: 'attempts',
  key: 'answer_key_id',
  sealed: 'answer',
  row: { id: 'uuid' },
  subjectOf: (row) => ({ subjectId: String(row['id']), kind: 'answer', version: 1 }),
};

/** Access tokens that are handed out until they end. */
export const accessTokensPlace: SealedPlace = {
  table: 'access_tokens',
  key: 'key_id',
  sealed: 'sealed',
  row: { registration_id: 'uuid', digest: 'text' },
  subjectOf: (row) => accessTokenSubject(String(row['registration_id']), String(row['digest'])),
};

/** What an access token is sealed under. */
export function accessTokenSubject(registrationId: string, digest: string) {
  return { subjectId: registrationId, kind: `access_token:${digest}`, version: 1 };
}
