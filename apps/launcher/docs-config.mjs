// npm run docs:config: writes .env.example, and the README's table where the README has a place for it.
import { prepare } from './prepare.mjs';

await prepare();
await import('../../dist/apps/launcher/src/docs-config.js');
