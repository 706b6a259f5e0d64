import type { ClientMetadata } from './client-metadata.js';
import type { Origin } from './effective-document-input.js';
import type { Finding } from './linter-finding.js';
import type { AuthMethod, SigningAlg } from './negotiation.js';
import type { Quirks } from './quirks.js';

export interface EffectiveDocument {
  /** The exact document, keys in a stable order. */
  readonly document: ClientMetadata;
  /** Who decided, for each member of the document. */
  readonly origins: Readonly<Record<string, Origin>>;
  /** Why, in plain words, for members that nobody wrote. */
  readonly reasons: Readonly<Record<string, string>>;
  readonly authMethod: AuthMethod;
  /** Only with `private_key_jwt`. */
  readonly signingAlg?: SigningAlg;
  readonly jwksMode: 'none' | 'uri' | 'inline';
  readonly marker: Quirks['marker'];
  readonly findings: readonly Finding[];
}
