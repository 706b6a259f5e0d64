/** What a request is for; requests are counted, and faults are set, by these names. */
export const ENDPOINTS = [
  'registration',
  'client_configuration',
  'token',
  'revocation',
  'introspection',
  'authorization',
  'jwks',
  'discovery',
  'smart',
  'other',
] as const;
export type Endpoint = (typeof ENDPOINTS)[number];

/** Where a request goes: the path of its server, and the URL that is left for that server. */
export interface Route {
  readonly path: string;
  readonly url: string;
  readonly endpoint: Endpoint;
}

const INSERTED = /^(\/\.well-known\/(?:oauth-authorization-server|openid-configuration))((?:\/[^/]+){1,2})$/;

/**
 * Finds the server of a request, by path: RFC 8414 puts the well-known part before it (`/.well-known/oauth-authorization-server/h01`),
 * OpenID Connect after it (`/h01/.well-known/openid-configuration`). Undefined where no server has the path.
 */
export function route(target: string, paths: ReadonlySet<string>): Route | undefined {
  const [pathname, query] = split(target);
  const [, document, inserted] = INSERTED.exec(pathname) ?? [];
  if (document !== undefined && inserted !== undefined && paths.has(inserted)) {
    return { path: inserted, url: document + query, endpoint: 'discovery' };
  }
  const [, first = '', second = ''] = /^(\/[^/]+)(\/[^/]+)?/.exec(pathname) ?? [];
  const path = ['', first, first + second].find((prefix) => paths.has(prefix));
  if (path === undefined) return undefined;
  const rest = pathname.slice(path.length) || '/';
  return { path, url: rest + query, endpoint: endpointOf(rest, query) };
}

function split(target: string): [string, string] {
  const at = target.indexOf('?');
  return at === -1 ? [target, ''] : [target.slice(0, at), target.slice(at)];
}

function endpointOf(path: string, query: string): Endpoint {
  if (path === '/fhir/.well-known/smart-configuration') return 'smart';
  if (path.startsWith('/.well-known/')) return 'discovery';
  if (path === '/reg') return query.startsWith('?client_id=') ? 'client_configuration' : 'registration';
  if (path.startsWith('/reg/')) return 'client_configuration';
  if (path === '/token') return 'token';
  if (path === '/revoke' || path === '/token/revocation') return 'revocation';
  if (path === '/introspect') return 'introspection';
  if (path === '/auth' || path.startsWith('/auth/') || path.startsWith('/interaction/')) return 'authorization';
  return path === '/jwks' ? 'jwks' : 'other';
}
