/** The server says no: thrown by whichever step finds the reason, written to the wire by {@link refusalBody}. */
export class Refusal extends Error {
  /**
   * @param code `error` of RFC 7591 section 3.2.2 or RFC 6749 section 5.2
   * @param headers wire names, e.g. `www-authenticate`
   */
  constructor(
    readonly status: number,
    readonly code: string,
    readonly description: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(`${code}: ${description}`);
  }
}

/** A body as it goes out. */
export interface Body {
  readonly type: string;
  readonly text: string;
}

export type ErrorStyle = 'json' | 'words' | 'text' | 'empty' | 'html';

/** RFC 7591's JSON, or one of the things that products answer instead (A-51). */
export function refusalBody({ code, description }: Refusal, style: ErrorStyle): Body {
  switch (style) {
    case 'json':
      return { type: 'application/json', text: JSON.stringify({ error: code, error_description: description }) };
    case 'words':
      return { type: 'application/json', text: JSON.stringify({ error: WORDS, error_description: description }) };
    case 'text':
      return { type: 'text/plain', text: description };
    case 'empty':
      return { type: 'text/plain', text: '' };
    case 'html':
      return { type: 'text/html', text: `<!doctype html><title>Error</title><h1>Error</h1><p>${code}</p>` };
  }
}

const WORDS = 'The request was malformed or contained invalid parameters';

/** RFC 6750 section 3: the bearer token is not one that opens this. */
export function badToken(status: number, description: string): Refusal {
  return new Refusal(status, status === 403 ? 'insufficient_scope' : 'invalid_token', description, {
    'www-authenticate': `Bearer error="invalid_token"`,
  });
}

/** RFC 6749 section 5.2: who asks has not proven who it is. */
export function badClient(description: string): Refusal {
  return new Refusal(401, 'invalid_client', description, { 'www-authenticate': 'Basic realm="simulator"' });
}
