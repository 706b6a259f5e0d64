// npm start: makes the checkout ready, then runs the built launcher.
import { prepare } from './prepare.mjs';

await prepare();
await import('../../dist/apps/launcher/src/start.js');
