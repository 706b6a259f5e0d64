import { databaseProblem } from './database.problems.js';

const UNAVAILABLE = /^(08|57P0|53)/;
const CONNECTION = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH']);
const BUSY = new Set(['40001', '40P01', '55P03', '57014']);

/** The SQLSTATE of a database error, if it is one. */
export function sqlState(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}

/** The name of the constraint or index that a write ran into, if it is that kind of error. */
export function violatedConstraint(error: unknown): string | undefined {
  const state = sqlState(error);
  if (state === undefined || !state.startsWith('23')) return undefined;
  const constraint = (error as { constraint?: unknown }).constraint;
  return typeof constraint === 'string' ? constraint : undefined;
}

/** Turns failures of the connection into problems. What else went wrong stays as it is, but row values are stripped off it. */
export function databaseFailure(error: unknown): unknown {
  const state = sqlState(error);
  const message = error instanceof Error ? error.message : '';
  if (state !== undefined && (UNAVAILABLE.test(state) || CONNECTION.has(state)))
    return databaseProblem('database.unavailable', { cause: state });
  if (/Connection terminated|timeout exceeded when trying to connect|not queryable/i.test(message))
    return databaseProblem('database.unavailable');
  if (state !== undefined && BUSY.has(state)) return databaseProblem('database.busy', { cause: state });
  if (state !== undefined && error instanceof Error) {
    // pg puts row values into these, and TypeORM the parameters: neither may reach a log.
    for (const member of ['detail', 'where', 'parameters', 'query', 'driverError', 'internalQuery']) Reflect.deleteProperty(error, member);
  }
  return error;
}
