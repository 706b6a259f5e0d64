export { generateKeyPair } from './key-pair.js';
export type { KeyAlg, KeyPair } from './key-pair.js';
export { publicMembers } from './public-jwk.js';
export type { PublicJwk } from './public-jwk.js';
export { keySetDocument, keySetUrl } from './key-set.js';
export { PublishedDocuments } from './published-documents.js';
export type { PublishedDocument } from './published-document.js';
export { publish, publishedDocument } from './publish.js';
export { KeyPool } from './key-pool.js';
