import { Secret } from '@registrar/secret';

/** How a client proves itself in one request to the token endpoint. An assertion serves one request only. */
export type ClientAuthentication =
  | { readonly method: 'private_key_jwt'; readonly clientId: string; readonly assertion: Secret }
  | { readonly method: 'client_secret_basic' | 'client_secret_post'; readonly clientId: string; readonly secret: Secret }
  | { readonly method: 'none'; readonly clientId: string };

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** What authentication adds to a request. It holds the credential in the clear: for the expression that sends it, no longer. */
export interface AuthenticationParts {
  readonly headers: Readonly<Record<string, string>>;
  readonly form: Readonly<Record<string, string>>;
}

/**
 * RFC 6749 section 2.3.1 and RFC 7523 section 2.2. With Basic both parts are form-urlencoded first, so a client_id with a colon
 * and a secret with any character survive (A-42, U30). Beside an assertion the client_id is optional (RFC 7521 section 4.2), but
 * some servers look the client up by it.
 */
export function authenticationParts(authentication: ClientAuthentication): AuthenticationParts {
  switch (authentication.method) {
    case 'client_secret_basic':
      return { headers: { authorization: `Basic ${basicPair(authentication.clientId, authentication.secret)}` }, form: {} };
    case 'client_secret_post':
      return { headers: {}, form: { client_id: authentication.clientId, client_secret: authentication.secret.expose() } };
    case 'private_key_jwt':
      return {
        headers: {},
        form: {
          client_id: authentication.clientId,
          client_assertion_type: ASSERTION_TYPE,
          client_assertion: authentication.assertion.expose(),
        },
      };
    case 'none':
      return { headers: {}, form: { client_id: authentication.clientId } };
  }
}

/** What a server could repeat of this authentication, the longest first: cut out of its words before they are kept. */
export function authenticationSecrets(authentication: ClientAuthentication): Secret[] {
  switch (authentication.method) {
    case 'none':
      return [];
    case 'private_key_jwt':
      return [authentication.assertion];
    case 'client_secret_post':
      return [authentication.secret];
    case 'client_secret_basic':
      return [Secret.of(basicPair(authentication.clientId, authentication.secret)), authentication.secret];
  }
}

function basicPair(clientId: string, secret: Secret): string {
  return Buffer.from(`${formEncoded(clientId)}:${formEncoded(secret.expose())}`).toString('base64');
}

// RFC 6749 appendix B: application/x-www-form-urlencoded, UTF-8.
const formEncoded = (text: string) => new URLSearchParams({ '': text }).toString().slice(1);
