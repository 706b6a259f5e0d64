import type { AuthMethod, ClientMetadata } from '@registrar/dcr';
import { without } from './without.js';
import { KEY_MEMBERS } from './wanted-document.js';

/**
 * What a client that somebody registered by hand counts as having been asked for: what the application says, with the way in which
 * it really authenticates. Where its keys are at the server is not known here and was not our doing, so nothing is said of them: a
 * comparison would else take its method for changed, and put it back to what it never was.
 */
export function importedDocument(document: ClientMetadata, authMethod: AuthMethod, signingAlg: string | undefined): ClientMetadata {
  return {
    ...without(document, ...KEY_MEMBERS),
    token_endpoint_auth_method: authMethod,
    ...(signingAlg === undefined ? {} : { token_endpoint_auth_signing_alg: signingAlg }),
  };
}
