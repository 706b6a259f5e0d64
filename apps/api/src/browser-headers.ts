import type { IncomingMessage, ServerResponse } from 'node:http';
import helmet from 'helmet';

const YEAR_S = 31_536_000;
const NOTHING = ["'none'"];

/** Answers are data: opened in a browser they load nothing, run nothing, post nothing, and stand in no frame. */
const LEAST = { defaultSrc: NOTHING, objectSrc: NOTHING, baseUri: NOTHING, formAction: NOTHING, frameAncestors: NOTHING };
const DATA = { ...LEAST, sandbox: [] };
/** The reader at /docs is a page of ours, with scripts and styles from here; it sets styles in itself. */
const READER = {
  ...LEAST,
  scriptSrc: ["'self'"],
  styleSrc: ["'self'", "'unsafe-inline'"],
  imgSrc: ["'self'", 'data:'],
  fontSrc: ["'self'"],
  connectSrc: ["'self'"],
};

type Middleware = (request: IncomingMessage, response: ServerResponse, next: () => void) => void;

/**
 * What every answer tells a browser (OWASP ASVS 3.2.1, 3.4): what it may do with it, to guess no type, to name no address of ours
 * elsewhere. A page that needs more says so itself. `secure`: Registrar is reached by https, which the browser has to remember.
 */
export function browserHeaders(secure: boolean): Middleware {
  const saying = (directives: Record<string, string[]>) =>
    helmet({
      contentSecurityPolicy: { useDefaults: false, directives },
      strictTransportSecurity: secure && { maxAge: YEAR_S, includeSubDomains: true },
      xFrameOptions: { action: 'deny' },
    });
  const [data, reader] = [saying(DATA), saying(READER)];
  return (request, response, next) => {
    (/^\/docs(?:[/?]|$)/.test(request.url ?? '') ? reader : data)(request, response, next);
  };
}
