import { assertAppRole } from './app-role.js';
import { createDataSource, type DataSourceSettings } from './data-source.js';
import { Database } from './database.js';

/**
 * Connects with the app's role and refuses an unsafe one.
 * @throws Problem database.role | database.unavailable
 */
export async function openDatabase(settings: DataSourceSettings): Promise<Database> {
  const source = createDataSource(settings);
  await source.initialize();
  try {
    await assertAppRole(source);
  } catch (error) {
    await source.destroy();
    throw error;
  }
  return new Database(source);
}
