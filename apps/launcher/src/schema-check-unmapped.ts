/**
 * Tables without an entity: libraries write and read them by statements over many rows alone. One that gets an entity
 * leaves this list; a new table is never added to it without a reason.
 */
export const UNMAPPED_TABLES: readonly string[] = [
  // TypeORM's own.
  'migrations',
  // Routing: read before there is a scope.
  'api_key_index',
  'published_documents',
  // Chains, logs and sealed bytes, appended by one statement each.
  'audit_chains',
  'audit_events',
  'event_heads',
  'events',
  'keyring.data_keys',
  'keyring.platform_keys',
  'secrets',
  'key_sets',
  'pooled_keys',
];
