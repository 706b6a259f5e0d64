import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Response } from 'express';
import { apiProblem } from './api.problems.js';
import type { ApiRequest } from './api-request.js';

/** Names the version that an answer shows, so that a change can be made on that version alone. */
export function setEntityTag(response: Response, version: number): void {
  response.setHeader('ETag', `"${version}"`);
}

/**
 * The version that the caller has seen (`If-Match`); undefined where it does not matter to them. A tag that was never
 * given out becomes -1, which no version equals.
 */
export const ExpectedVersion = createParamDecorator((_: unknown, context: ExecutionContext): number | undefined => {
  const given = context.switchToHttp().getRequest<ApiRequest>().headers['if-match'];
  if (given === undefined || given.trim() === '*') return undefined;
  if (given.includes(',')) throw apiProblem('api.invalid_header', { detail: 'If-Match takes one entity tag here.' });
  const [, version] = /^"(\d{1,9})"$/.exec(given.trim()) ?? [];
  return version === undefined ? -1 : Number(version);
});
