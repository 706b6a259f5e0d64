import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Response } from 'express';
import type { ApiRequest } from './api-request.js';

const MOST_S = 30;

/** How long the caller wants to wait for an operation, in milliseconds (`Prefer: wait=N`, RFC 7240; at most 30 s); undefined for not at all. */
export const Wait = createParamDecorator((_: unknown, context: ExecutionContext): number | undefined => {
  const http = context.switchToHttp();
  const preferences = String(http.getRequest<ApiRequest>().headers.prefer ?? '').split(',');
  for (const preference of preferences) {
    const [, seconds] = /^\s*wait\s*=\s*"?(\d{1,6})"?\s*(?:;.*)?$/i.exec(preference) ?? [];
    if (seconds === undefined) continue;
    const wait = Math.min(Number(seconds), MOST_S);
    http.getResponse<Response>().setHeader('Preference-Applied', `wait=${wait}`);
    return wait * 1_000;
  }
  return undefined;
});
