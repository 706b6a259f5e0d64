import type { LoggerService } from '@nestjs/common';
import { pino, type Logger } from 'pino';
import { pinoHttp, type HttpLogger } from 'pino-http';
import type { ApiRequest } from './api-request.js';

// Not pino's own destination: at the exit it would wait for ever for a reader that is gone, e.g. a launcher that was killed.
process.stdout.on('error', () => undefined);

/** One JSON line for each thing, on standard output. Headers, bodies and query strings are not among them. */
export function openLog(level: string, name: string): Logger {
  return pino(
    {
      level,
      name,
      redact: { paths: ['*.authorization', '*.cookie', '*.password', '*.token', '*.secret', 'headers'], censor: '[redacted]' },
      // What an error carries besides its words may be a row or a parameter.
      serializers: { err: (error: unknown) => wordsOf(error) },
    },
    process.stdout,
  );
}

/** One line for each request, when it has been answered. */
export function requestLog(log: Logger): HttpLogger {
  return pinoHttp({
    logger: log,
    quietReqLogger: true,
    autoLogging: { ignore: (request) => request.url?.startsWith('/health/') === true },
    customLogLevel: (_request, response, error) => (response.statusCode >= 500 || error ? 'error' : 'info'),
    customSuccessMessage: () => 'request',
    customErrorMessage: () => 'request',
    customProps: (request) => {
      const { requestId, principal, problemCode } = request as unknown as ApiRequest;
      const caller = principal && { workspace_id: principal.workspaceId, [`${principal.type}_id`]: principal.id };
      return { request_id: requestId, ...caller, session_id: principal?.sessionId, code: problemCode };
    },
    genReqId: (request) => (request as unknown as ApiRequest).requestId,
    serializers: {
      req: (request: { method?: string; url?: string }) => ({ method: request.method, path: loggedPath(request.url) }),
      res: (response: { statusCode?: number }) => ({ status: response.statusCode }),
      err: (error: unknown) => wordsOf(error),
    },
  });
}

/** Without the query; and without a hospital's link, which opens to whoever reads it. */
function loggedPath(url: string | undefined): string | undefined {
  return url?.split('?', 1)[0]?.replace(/^\/shared\/[^/]*/, '/shared/[link]');
}

/** Nest's own lines, in the same form. Its start-up chatter is for debugging. */
export function nestLog(log: Logger): LoggerService {
  const write = (level: 'error' | 'warn' | 'debug') => (message: unknown) => {
    log[level](message instanceof Error ? { err: message } : { nest: String(message) }, 'nest');
  };
  return {
    log: write('debug'),
    verbose: write('debug'),
    debug: write('debug'),
    warn: write('warn'),
    error: write('error'),
    fatal: write('error'),
  };
}

function wordsOf(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { message: String(error) };
  const { code } = error as { code?: unknown };
  return { type: error.name, message: error.message, stack: error.stack, ...(typeof code === 'string' ? { code } : {}) };
}
