/** What /jwks/{id} and /clients/{id} answer: public bytes and their ETag. */
export interface PublishedDocument {
  readonly id: string;
  readonly kind: 'jwks' | 'client';
  readonly body: string;
  readonly etag: string;
}
