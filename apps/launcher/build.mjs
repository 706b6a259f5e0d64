// npm run build: builds everything, stale or not.
import { prepare } from './prepare.mjs';

await prepare({ build: 'always' });
