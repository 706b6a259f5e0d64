import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { environmentExample, loadConfig, settingsSchema, settingsTable } from '@registrar/config';
import { describe, expect, it } from 'vitest';
import { root } from '../apps/launcher/prepare.mjs';
import { withSettingsTable } from '../apps/launcher/src/settings-in-readme.js';

const readText = (path: string): string => (existsSync(`${root}${path}`) ? readFileSync(`${root}${path}`, 'utf8') : '');

describe('what is written about the settings', () => {
  it('is in .env.example as the schema has it; npm run docs:config writes it anew', () => {
    expect(readText('.env.example')).toBe(environmentExample());
  });

  it('is in the README as the schema has it', () => {
    const readme = readText('README.md');
    expect(withSettingsTable(readme)).toBe(readme);
  });

  it('goes between the two comments of a README, and nowhere else', () => {
    const readme = '# R\n<!-- configuration -->\nold\n<!-- /configuration -->\nrest\n';
    expect(withSettingsTable(readme)).toBe(`# R\n<!-- configuration -->\n${settingsTable()}\n<!-- /configuration -->\nrest\n`);
    expect(withSettingsTable('# R\n')).toBe('# R\n');
  });

  it('says of each setting what it is for', () => {
    for (const [name, schema] of Object.entries(settingsSchema.shape)) expect(schema.description, name).toMatch(/\S.{10,}/);
  });

  it('gives defaults that the program would take without it: the example changes nothing', () => {
    const example = parseEnv(environmentExample().replaceAll(/^#(?=[A-Z])/gm, ''));
    expect(Object.keys(example).sort()).toEqual(Object.keys(settingsSchema.shape).sort());
    expect(loadConfig(example)).toEqual(loadConfig({}));
  });
});
