// npm run migrate: makes the checkout ready, then applies what is missing with DATABASE_OWNER_URL.
import { prepare } from './prepare.mjs';

await prepare();
await import('../../dist/programs/migrate.js');
