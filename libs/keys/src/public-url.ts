import type { Database } from '@registrar/database';
import { keysProblem } from './keys.problems.js';

/**
 * Refuses to start where key sets stand in portals under an address that nobody says is still served: EHRs would find no
 * keys there, and hospitals would lose their access.
 * @throws Problem keys.public_url_changed, naming the address.
 */
export async function assertPublicUrl(database: Database, publicUrl: string, aliases: readonly string[]): Promise<void> {
  const served = [publicUrl, ...aliases].map((url) => `${url.replace(/\/+$/, '')}/`);
  const [lost] = await database.routing<{ url: string }>(
    'SELECT url FROM published_documents p WHERE NOT EXISTS (SELECT 1 FROM unnest($1::text[]) AS s WHERE starts_with(p.url, s)) LIMIT 1',
    [served],
  );
  if (!lost) return;
  throw keysProblem('keys.public_url_changed', {
    detail: `Key sets were given out under ${new URL(lost.url).origin}, but PUBLIC_URL is ${publicUrl}.`,
  });
}
