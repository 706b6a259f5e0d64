import type { SimulatedClient } from './client.js';
import type { Premises } from './premises.js';

/** RFC 7009 section 2.2: 200 whether or not there was such a token. */
export function revoke(premises: Premises, client: SimulatedClient, form: URLSearchParams): void {
  if (premises.grants.revoke(form.get('token') ?? '', client.id)) client.history.tokens_revoked += 1;
}

/** RFC 7662 section 2.2, for the client's own tokens. */
export function introspect(premises: Premises, client: SimulatedClient, form: URLSearchParams): Record<string, unknown> {
  const value = form.get('token') ?? '';
  const now = premises.now();
  const grant = premises.grants.findAccess(value, now) ?? premises.grants.findRefresh(value, now);
  if (grant?.clientId !== client.id) return { active: false };
  return {
    active: true,
    client_id: grant.clientId,
    scope: grant.scope,
    ...(grant.expiresAt === null ? {} : { exp: Math.floor(grant.expiresAt / 1000) }),
    ...(grant.user === undefined ? {} : { sub: grant.user }),
  };
}
