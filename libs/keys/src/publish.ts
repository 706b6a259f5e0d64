import { insertRows, type Transaction } from '@registrar/database';
import { digestText } from '@registrar/vault';
import type { PublishedDocument } from './published-document.js';

const COLUMNS = { id: 'uuid', kind: 'text', url: 'text', body: 'text', etag: 'text', updated_at: 'timestamptz' } as const;

/** A document ready to be published, with an ETag that is the digest of its bytes. */
export function publishedDocument(id: string, kind: PublishedDocument['kind'], url: string, body: string): PublishedDocument {
  return { id, kind, url, body, etag: `"${digestText(body).slice(0, 32)}"` };
}

/** Publishes documents, or new bytes of them, with the caller's transaction; every process hears of it at the commit. */
export async function publish(tx: Transaction, documents: readonly PublishedDocument[], now: Date): Promise<void> {
  if (documents.length === 0) return;
  await insertRows(
    tx,
    'published_documents',
    COLUMNS,
    documents.map((document) => ({ ...document, updated_at: now })),
    'ON CONFLICT (id) DO UPDATE SET body = EXCLUDED.body, etag = EXCLUDED.etag, updated_at = EXCLUDED.updated_at',
  );
  await tx.prepared(`SELECT pg_notify('published_documents', '')`);
}
