import type { Secret } from '@registrar/secret';
import type { ClientMetadata } from './client-metadata.js';

/** What a server issued, taken apart. Everything that is secret is a `Secret`; `granted` holds none. */
export interface IssuedClient {
  /** Opaque, printable, at most 2 KiB. */
  readonly clientId: string;
  readonly clientSecret?: Secret;
  /** RFC 7591's 0 is `never`; absent: the answer does not say, or not so that it can be read. */
  readonly clientSecretExpiresAt?: Date | 'never';
  /** The server did not say, or not so that it can be read, when the secret expires: rotate early. */
  readonly secretExpiryUnknown: boolean;
  readonly registrationAccessToken?: Secret;
  /** When the registration access token ends, where the server says so (`registration_access_token_expires_in`, H-07). */
  readonly registrationAccessTokenExpiresAt?: Date;
  /** As the server wrote it; a relative one resolved against the registration endpoint. */
  readonly registrationClientUri?: string;
  /** False: never send the registration access token there (B-01, U08). */
  readonly registrationClientUriUsable: boolean;
  /** The metadata that the server says it registered, in the types of RFC 7591; endpoints and unknown members left out. */
  readonly granted: ClientMetadata;
}
