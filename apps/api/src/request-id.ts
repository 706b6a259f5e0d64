import { newId } from '@registrar/vault';
import type { NextFunction, Response } from 'express';
import type { ApiRequest } from './api-request.js';

const FORM = /^[A-Za-z0-9._-]{1,128}$/;

/** Takes X-Request-Id where it is a plain name, makes one otherwise, and answers it. */
export function requestId(request: ApiRequest, response: Response, next: NextFunction): void {
  const given = request.get('x-request-id');
  request.requestId = given !== undefined && FORM.test(given) ? given : newId();
  response.setHeader('X-Request-Id', request.requestId);
  next();
}
