import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AuditLog } from '@registrar/audit';
import { ManualClock } from '@registrar/clock';
import { openDatabase, type Database, type EntityClass, type UnitOfWork } from '@registrar/database';
import { EventLog } from '@registrar/events';
import { tenantsEntities, TenantRecords, TenantsService, WorkspacesService } from '@registrar/tenants';
import { fileKeyEncryptionKey, newId, openVault, type Vault } from '@registrar/vault';
import { testDatabase, type TestDatabase } from './database.js';

/** Real services on a real database, without HTTP: for what a library promises by itself. */
export interface NounHouse {
  readonly database: Database;
  readonly clock: ManualClock;
  readonly vault: Vault;
  readonly audit: AuditLog;
  readonly events: EventLog;
  readonly tenants: TenantsService;
  /** Whether whoever keeps the key-encryption key answers; keys that are in use already are known. */
  readonly keyProvider: { away: boolean };
  /** A workspace of its own, as its owner sees it. */
  workspace(): Promise<UnitOfWork>;
  readonly rows: TestDatabase['query'];
  close(): Promise<void>;
}

/** Opens the house with the entities of the libraries under test. */
export async function nounHouse(entities: readonly EntityClass[]): Promise<NounHouse> {
  const test = await testDatabase();
  const home = mkdtempSync(join(tmpdir(), 'registrar-house-'));
  const all = [...new Set([...tenantsEntities, ...entities])];
  const database = await openDatabase({ url: test.databaseUrl, poolSize: 8, entities: all, applicationName: 'house' });
  const clock = new ManualClock(new Date('2026-11-23T09:00:00Z'));
  const keyProvider = { away: false };
  const kek = fileKeyEncryptionKey(join(home, 'kek'), { createIfMissing: true });
  const asked = <T>(ask: () => Promise<T>) => (keyProvider.away ? Promise.reject(new Error('The key provider is away')) : ask());
  const { vault } = await openVault(
    database,
    {
      ...kek,
      wrap: (plain, associated) => asked(() => kek.wrap(plain, associated)),
      unwrap: (wrapped, associated) => asked(() => kek.unwrap(wrapped, associated)),
    },
    clock,
  );
  const audit = new AuditLog(vault, clock);
  audit.attach(database);
  const events = new EventLog(clock, newId);
  const records = new TenantRecords(audit, events);
  const workspaces = new WorkspacesService(database, clock, records);
  return {
    database,
    clock,
    vault,
    audit,
    events,
    keyProvider,
    tenants: new TenantsService(database, clock, records),
    async workspace() {
      const scope: UnitOfWork = { workspaceId: newId(), actor: { type: 'api_key', id: newId() }, requestId: 'test' };
      await workspaces.create(scope, 'A workspace');
      return scope;
    },
    rows: (text, values) => test.query(text, values),
    async close() {
      vault.close();
      await database.close();
      await test.drop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}
