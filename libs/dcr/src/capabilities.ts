/**
 * What an authorization server says that it takes. An absent member means unknown, an empty list means none.
 * Names are the wire's own: `private_key_jwt`, `ES384`, `client-confidential-asymmetric`.
 */
export interface Capabilities {
  readonly authMethods?: readonly string[];
  readonly signingAlgs?: readonly string[];
  readonly grantTypes?: readonly string[];
  readonly responseTypes?: readonly string[];
  readonly scopes?: readonly string[];
  readonly codeChallengeMethods?: readonly string[];
  /** `capabilities` of the SMART configuration; absent where none was found. */
  readonly smart?: readonly string[];
  readonly cimd?: boolean;
  readonly udap?: boolean;
  /** Whether a registration endpoint was found. */
  readonly dynamicRegistration: boolean;
}
