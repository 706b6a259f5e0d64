// npm run audit:verify [-- ws_… --checkpoints FILE]: reads every audit chain of the database and names the first bad entry of each.
import { prepare } from './prepare.mjs';

await prepare();
await import('../../dist/programs/audit-verify.js');
