import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { EntityClass } from '@registrar/database';
import { getMetadataArgsStorage } from 'typeorm';

/**
 * Every entity that a library's index exports in an array named `…Entities`: what the apps give to their data source.
 * @param libraries the folder of the built libraries
 * @returns the entities, and the classes that are mapped to a table but stand in no such array
 */
export async function exportedEntities(libraries: string): Promise<{ entities: EntityClass[]; forgotten: string[] }> {
  const entities = new Set<EntityClass>();
  for (const library of readdirSync(libraries)) {
    const index = pathToFileURL(join(libraries, library, 'src/index.js')).href;
    const exported = Object.entries((await import(index)) as Record<string, unknown>);
    for (const [, array] of exported.filter(([name]) => name.endsWith('Entities'))) {
      for (const entity of array as readonly EntityClass[]) entities.add(entity);
    }
  }
  const forgotten = getMetadataArgsStorage()
    .tables.map(({ target }) => target)
    .filter((target) => typeof target === 'function' && !entities.has(target as EntityClass))
    .map((target) => `${(target as EntityClass).name}: an entity that its library exports in no …Entities array.`);
  return { entities: [...entities], forgotten };
}
