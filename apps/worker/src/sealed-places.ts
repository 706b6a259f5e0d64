import { pooledKeysPlace } from '@registrar/keys';
import { accessTokensPlace, answersPlace } from '@registrar/registrations';
import { secretsPlace, type SealedPlace } from '@registrar/vault';

/** Every place of the database that holds sealed values; test/reseal.stack.spec.ts compares it with the catalogue. */
export const SEALED_PLACES: readonly SealedPlace[] = [secretsPlace, answersPlace, accessTokensPlace, pooledKeysPlace];
