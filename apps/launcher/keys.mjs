// npm run keys -- status | rewrap | retire ID [VERSION] | rotate-data-key TENANT | reseal: what the keyring hangs on, and how to change the key-encryption key.
import { prepare } from './prepare.mjs';

await prepare();
await import('../../dist/programs/keys.js');
