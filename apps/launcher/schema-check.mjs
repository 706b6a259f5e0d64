// The last part of npm run check: a real database, migrated from nothing, must be what the entities say.
import { prepare } from './prepare.mjs';

await prepare();
await import('../../dist/apps/launcher/src/schema-check.js');
