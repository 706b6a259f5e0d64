import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { environmentExample } from '@registrar/config';
import { withSettingsTable } from './settings-in-readme.js';

// npm run docs:config
const root = join(import.meta.dirname, '../../../..');
writeFileSync(join(root, '.env.example'), environmentExample());
const readme = join(root, 'README.md');
if (existsSync(readme)) writeFileSync(readme, withSettingsTable(readFileSync(readme, 'utf8')));
