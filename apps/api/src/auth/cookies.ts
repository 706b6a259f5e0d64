import { Secret } from '@registrar/secret';
import type { CookieOptions, Request, Response } from 'express';

/** `__Host-`: set by this host over a secure way alone, for the whole host and for no other. */
export const SESSION = '__Host-registrar';
const SIGN_IN = '__Host-registrar-sign-in';
const SIGN_IN_MS = 600_000;
const OPTIONS: CookieOptions = { path: '/', secure: true, httpOnly: true, sameSite: 'lax' };

/** Gives the browser its session; it forgets it when the session ends at the latest. */
export function setSession(response: Response, token: Secret, lifetimeMs: number): void {
  response.cookie(SESSION, token.expose(), { ...OPTIONS, maxAge: lifetimeMs });
}

export function clearSession(response: Response): void {
  response.clearCookie(SESSION, OPTIONS);
}

/** What the browser holds of a session; undefined for none, and where there are two, of which one is somebody else's. */
export function sessionOf(request: Request): Secret | undefined {
  const value = cookieOf(request, SESSION);
  return value === undefined ? undefined : Secret.of(value);
}

/** Whether the browser sends a session, whatever it is worth. */
export function hasSession(request: Request): boolean {
  return valuesOf(request, SESSION).length > 0;
}

/** Keeps a sign-in that is under way, for ten minutes. */
export function setSignIn(response: Response, value: string): void {
  response.cookie(SIGN_IN, value, { ...OPTIONS, maxAge: SIGN_IN_MS, encode: String });
}

/** The sign-in that was under way; the browser forgets it. */
export function takeSignIn(request: Request, response: Response): string | undefined {
  response.clearCookie(SIGN_IN, OPTIONS);
  return cookieOf(request, SIGN_IN);
}

function cookieOf(request: Request, name: string): string | undefined {
  const [value, ...more] = valuesOf(request, name);
  return more.length > 0 ? undefined : value;
}

function valuesOf(request: Request, name: string): string[] {
  return (request.headers.cookie ?? '').split(';').flatMap((part) => {
    const [key = '', ...value] = part.split('=');
    return key.trim() === name ? [value.join('=').trim()] : [];
  });
}
