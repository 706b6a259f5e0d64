import type { DataSource } from 'typeorm';
import { assertAppRole, assertOwnerRole } from './app-role.js';
import { createDataSource, type DataSourceSettings } from './data-source.js';
import { Database } from './database.js';

/**
 * Connects with the app's role and refuses an unsafe one.
 * @throws Problem database.role | database.unavailable
 */
export async function openDatabase(settings: DataSourceSettings): Promise<Database> {
  return open(settings, assertAppRole);
}

/**
 * Connects with the role that owns the tables, for what the app's own role may not do. Row-level security is forced, so it
 * holds this role too; one for which it would not is refused.
 * @throws Problem database.role | database.unavailable
 */
export async function openOwnerDatabase(settings: DataSourceSettings): Promise<Database> {
  return open(settings, assertOwnerRole);
}

async function open(settings: DataSourceSettings, assertRole: (source: DataSource) => Promise<void>): Promise<Database> {
  const source = createDataSource(settings);
  await source.initialize();
  try {
    await assertRole(source);
  } catch (error) {
    await source.destroy();
    throw error;
  }
  return new Database(source);
}
