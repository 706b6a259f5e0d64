import type { JsonValue } from './json-value.js';

/** Client metadata with its wire names (RFC 7591 section 2, OpenID Connect registration section 2). Never holds a secret. */
export type ClientMetadata = Readonly<Record<string, JsonValue>>;
