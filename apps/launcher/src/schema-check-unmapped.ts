/** Tables without an entity; a new one is never added without a reason. */
export const UNMAPPED_TABLES: readonly string[] = [
  // TypeORM's own.
  'migrations',
];
