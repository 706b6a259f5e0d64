export type { JsonObject, JsonValue } from './json-value.js';
export type { Capabilities } from './capabilities.js';
export type { ClientMetadata } from './client-metadata.js';
export type { AuthMethod, SigningAlg } from './negotiation.js';
export type { Quirks, Rotates } from './quirks.js';
export type { ApplicationKind, DocumentContext, DocumentLayers, Origin } from './effective-document-input.js';
export type { EffectiveDocument } from './effective-document.js';
export type { Finding, Mender } from './linter-finding.js';
