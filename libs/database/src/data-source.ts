import { DataSource, type MixedList } from 'typeorm';
import { GatheringSocket } from './gathering-socket.js';
import { migrations } from './migrations/index.js';

/** A class that TypeORM maps to a table. */
export type EntityClass = new (...args: never[]) => object;

export interface DataSourceSettings {
  readonly url: string;
  readonly poolSize: number;
  readonly entities?: readonly EntityClass[];
  readonly applicationName: string;
}

/** A TypeORM data source that never logs statements (parameters may be sealed values) and never changes the schema by itself. */
export function createDataSource(settings: DataSourceSettings): DataSource {
  return new DataSource({
    type: 'postgres',
    url: settings.url,
    poolSize: settings.poolSize,
    entities: [...(settings.entities ?? [])] as MixedList<EntityClass>,
    migrations,
    migrationsTableName: 'migrations',
    synchronize: false,
    logging: false,
    applicationName: settings.applicationName,
    installExtensions: false,
    extra: {
      // A unit of work may send statements that do not hang on each other's rows without waiting for each answer.
      pipeline: true,
      stream: () => new GatheringSocket(),
      connectionTimeoutMillis: 5_000,
      idleTimeoutMillis: 30_000,
      keepAlive: true,
      // Short statements only: compiling them costs more than it saves. A writer that stalls with chain heads locked must not hold the others for ever.
      options: '-c idle_in_transaction_session_timeout=20000 -c lock_timeout=15000 -c statement_timeout=60000 -c timezone=UTC -c jit=off',
    },
  });
}
