import { keySetDocument, publishedDocument, type PublicJwk, type PublishedDocument } from '@registrar/keys';
import type { ImportedRows } from './import-rows.js';
import type { SharedKeySet } from './import.repository.js';

/** What the key sets of these rows publish: each key once, beside those of the hospitals that use the set already. */
export function importedKeySets(
  imported: readonly Pick<ImportedRows, 'keySet' | 'credentials'>[],
  published: readonly SharedKeySet[],
): PublishedDocument[] {
  const sets = [...published, ...imported.flatMap(({ keySet }) => (keySet ? [{ ...keySet, keys: [] }] : []))];
  const added = new Map<string, PublicJwk[]>();
  for (const { keySetId, publicJwk } of imported.flatMap(({ credentials }) => credentials ?? []))
    if (keySetId !== undefined && publicJwk) added.set(keySetId, [...(added.get(keySetId) ?? []), publicJwk]);
  return sets.flatMap(({ id, url, keys }) => {
    const before = new Map<string, PublicJwk>(keys.map((jwk) => [jwk['kid'] ?? '', jwk]));
    const after = new Map([...before, ...(added.get(id) ?? []).map((jwk): [string, PublicJwk] => [jwk['kid'] ?? '', jwk])]);
    // What brings in no other key leaves what is published alone.
    return after.size === before.size ? [] : [publishedDocument(id, 'jwks', url, keySetDocument([...after.values()]))];
  });
}
