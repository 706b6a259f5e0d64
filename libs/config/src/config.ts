import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { z } from 'zod';
import { Secret } from '@registrar/secret';
import { configProblem } from './config.problems.js';
import { fileSettings, settingsSchema, type Settings } from './settings.js';

type Secrets = 'DATABASE_URL' | 'DATABASE_OWNER_URL' | 'REDIS_URL' | 'OIDC_CLIENT_SECRET';

/** The longest deadline of an exchange, and half a minute (architecture.md, figures). */
const LEASE_MIN_MS = 60_000;

/** The settings of one process: parsed once, typed, frozen. Connection URLs hold passwords, so they are Secrets. */
export type Config = Readonly<Omit<Settings, Secrets | 'PUBLIC_URL' | 'CONSOLE_URL' | 'KEK_FILE' | 'AUDIT_CHECKPOINTS'>> & {
  readonly DATABASE_URL?: Secret;
  readonly DATABASE_OWNER_URL?: Secret;
  readonly REDIS_URL?: Secret;
  readonly OIDC_CLIENT_SECRET?: Secret;
  readonly PUBLIC_URL: string;
  readonly CONSOLE_URL: string;
  readonly KEK_FILE: string;
  readonly AUDIT_CHECKPOINTS: string;
  readonly production: boolean;
};

/**
 * Reads the settings of this process.
 * @throws Problem config.invalid, naming each setting and what is wrong with it, never its value.
 */
export function loadConfig(environment: Readonly<Record<string, string | undefined>> = process.env): Config {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''));
  for (const name of fileSettings) {
    const file = given[`${name}_FILE`];
    if (file !== undefined) given[name] = readSetting(name, file);
  }
  const parsed = settingsSchema.safeParse(given);
  if (!parsed.success) throw configProblem('config.invalid', { detail: `${complaints(parsed.error)}.` });
  const { DATABASE_URL, DATABASE_OWNER_URL, REDIS_URL, OIDC_CLIENT_SECRET, PUBLIC_URL, CONSOLE_URL, KEK_FILE, ...settings } = parsed.data;
  const production = settings.NODE_ENV === 'production';
  if (production && settings.CLOCK_OFFSET_MS !== 0)
    throw configProblem('config.invalid', { detail: 'CLOCK_OFFSET_MS is refused in production.' });
  if (settings.CLOCK_FILE !== undefined && settings.NODE_ENV !== 'test')
    throw configProblem('config.invalid', { detail: 'CLOCK_FILE is refused unless NODE_ENV is test.' });
  if (settings.FAULTS !== undefined && settings.NODE_ENV !== 'test')
    throw configProblem('config.invalid', { detail: 'FAULTS is refused unless NODE_ENV is test.' });
  if (production && settings.LEASE_MS < LEASE_MIN_MS)
    throw configProblem('config.invalid', { detail: `LEASE_MS is at least ${LEASE_MIN_MS} in production.` });
  if (production && KEK_FILE === undefined && settings.KEK === undefined)
    throw configProblem('config.invalid', { detail: 'KEK_FILE or KEK is required in production.' });
  if (KEK_FILE !== undefined && settings.KEK !== undefined)
    throw configProblem('config.invalid', { detail: 'KEK_FILE and KEK both name the key-encryption key: give one of them.' });
  if (production && PUBLIC_URL === undefined) throw configProblem('config.invalid', { detail: 'PUBLIC_URL is required in production.' });
  if (settings.OIDC_ISSUER === undefined && settings.OIDC_CLIENT_ID !== undefined)
    throw configProblem('config.invalid', { detail: 'OIDC_CLIENT_ID needs OIDC_ISSUER.' });
  const publicUrl = PUBLIC_URL ?? `http://localhost:${settings.PORT}`;
  const home = resolve(settings.REGISTRAR_HOME);
  return Object.freeze({
    ...settings,
    REGISTRAR_HOME: home,
    AUDIT_CHECKPOINTS: settings.AUDIT_CHECKPOINTS ?? (production ? 'stdout' : `file:${home}/audit-checkpoints.jsonl`),
    PUBLIC_URL: publicUrl,
    CONSOLE_URL: CONSOLE_URL ?? publicUrl,
    KEK_FILE: resolve(KEK_FILE ?? `${settings.REGISTRAR_HOME}/kek`),
    production,
    ...(DATABASE_URL === undefined ? {} : { DATABASE_URL: Secret.of(DATABASE_URL) }),
    ...(DATABASE_OWNER_URL === undefined ? {} : { DATABASE_OWNER_URL: Secret.of(DATABASE_OWNER_URL) }),
    ...(REDIS_URL === undefined ? {} : { REDIS_URL: Secret.of(REDIS_URL) }),
    ...(OIDC_CLIENT_SECRET === undefined ? {} : { OIDC_CLIENT_SECRET: Secret.of(OIDC_CLIENT_SECRET) }),
  });
}

function readSetting(name: string, file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    throw configProblem('config.invalid', { detail: `${name}_FILE cannot be read.` });
  }
}

function complaints(error: z.ZodError): string {
  return error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
}
