// npm run audit:cut: takes out audit entries that are older than AUDIT_RETENTION_DAYS, with DATABASE_OWNER_URL.
import { prepare } from './prepare.mjs';

await prepare();
await import('../../dist/programs/audit-cut.js');
