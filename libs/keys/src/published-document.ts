/** What /jwks/{id} and /clients/{id} answer: public bytes and their ETag. */
export interface PublishedDocument {
  readonly id: string;
  readonly kind: 'jwks' | 'client' | 'statement_issuer';
  /** Where it was said to stand, in full: it is written into portals, so it must stay there. */
  readonly url: string;
  readonly body: string;
  readonly etag: string;
}
