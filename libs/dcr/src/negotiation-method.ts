/** How a client proves itself at the token endpoint. Everything else (client_secret_jwt, mutual TLS) is not spoken. */
export type AuthMethod = 'private_key_jwt' | 'client_secret_basic' | 'client_secret_post' | 'none';

/** Algorithms that Registrar signs assertions with, the preferred one first (F-01). */
export type SigningAlg = 'ES384' | 'RS384' | 'ES256' | 'RS256';
