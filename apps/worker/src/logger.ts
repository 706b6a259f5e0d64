import type { Config } from '@registrar/config';
import { pino, type Logger } from 'pino';

// Not pino's own destination: at the exit it would wait for ever for a reader that is gone, e.g. a launcher that was killed.
process.stdout.on('error', () => undefined);

/** One JSON line each. Secrets are `Secret`s and print as such; the paths below are the second net. */
export function createLogger(config: Config): Logger {
  return pino(
    {
      level: config.LOG_LEVEL,
      base: { app: 'worker', pid: process.pid },
      redact: ['*.authorization', '*.password', '*.client_secret', '*.access_token'],
    },
    process.stdout,
  );
}

/** What a log line says of a failure: its name, code and words; never an error's own members, which may hold a request. */
export function failureOf(error: unknown): {
  readonly name: string;
  readonly code?: string;
  readonly message: string;
  readonly at?: string;
} {
  if (!(error instanceof Error)) return { name: 'unknown', message: 'something that is no error was thrown' };
  const code: unknown = 'code' in error ? error.code : undefined;
  const at = error.stack
    ?.split('\n')
    .slice(1, 5)
    .map((line) => line.trim())
    .join(' < ');
  return { name: error.name, message: error.message, ...(typeof code === 'string' ? { code } : {}), ...(at === undefined ? {} : { at }) };
}
