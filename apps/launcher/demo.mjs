// npm run demo: makes the checkout ready, then runs the built demo.
import { prepare } from './prepare.mjs';

await prepare();
await import('../../dist/apps/launcher/src/demo.js');
