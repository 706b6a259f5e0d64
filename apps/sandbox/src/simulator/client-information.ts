import type { SimulatedClient, Wire } from './client.js';
import type { Premises } from './premises.js';

/** RFC 7591 section 3.2.1 and RFC 7592 section 3, with this server's omissions and additions. */
export function clientInformation(premises: Premises, client: SimulatedClient, kind: 'create' | 'read' | 'update'): Wire {
  const { behaviour } = premises;
  if (behaviour.answersOnlyClientId && kind === 'create') return { client_id: client.id };
  const answer: Wire = {
    client_id: client.id,
    client_id_issued_at: Math.floor(client.createdAt / 1000),
    ...secretOf(premises, client, kind),
    ...managementOf(premises, client, kind),
    ...client.metadata,
  };
  if (behaviour.redirectUrisAsText && Array.isArray(answer.redirect_uris) && answer.redirect_uris.length === 1)
    [answer.redirect_uris] = answer.redirect_uris as string[];
  if (behaviour.scopeAsArray && typeof answer.scope === 'string') {
    answer.scopes = answer.scope.split(' ');
    delete answer.scope;
  }
  for (const name of behaviour.nulls) answer[name] ??= null;
  if (kind === 'update') for (const name of behaviour.putAnswersNulls) answer[name] = null;
  return answer;
}

function secretOf({ behaviour }: Premises, { secret }: SimulatedClient, kind: 'create' | 'read' | 'update'): Wire {
  if (!secret || (kind === 'read' && !behaviour.readShowsSecret)) return {};
  if (kind === 'update' && !behaviour.readShowsSecret && !behaviour.putRotates.secret) return {};
  if (secret.saidEnd === null) return { client_secret: secret.value };
  if (secret.saidEnd !== undefined) return { client_secret: secret.value, client_secret_expires_at: secret.saidEnd };
  const end = secret.endsAt ?? 0;
  switch (behaviour.secretExpiresAt) {
    case 'seconds':
      return { client_secret: secret.value, client_secret_expires_at: Math.floor(end / 1000) };
    case 'milliseconds':
      return { client_secret: secret.value, client_secret_expires_at: end };
    case 'text':
      return { client_secret: secret.value, client_secret_expires_at: String(Math.floor(end / 1000)) };
    case 'absent':
      return { client_secret: secret.value };
  }
}

function managementOf(premises: Premises, { id, rat }: SimulatedClient, kind: 'create' | 'read' | 'update'): Wire {
  const { behaviour } = premises;
  if (!rat) return {};
  return {
    registration_access_token: rat.value,
    ...(kind === 'update' && behaviour.putResponseLacksRcu ? {} : { registration_client_uri: clientUri(premises, id) }),
    ...(behaviour.ratExpiresIn && rat.endsAt !== null
      ? { registration_access_token_expires_in: Math.floor((rat.endsAt - premises.now()) / 1000) }
      : {}),
  };
}

function clientUri(premises: Premises, id: string): string {
  switch (premises.behaviour.rcuStyle) {
    case 'path':
      return premises.url(`/reg/${encodeURIComponent(id)}`);
    case 'query':
      return premises.url(`/reg?client_id=${encodeURIComponent(id)}`);
    case 'relative':
      return `${premises.site.path}/reg/${encodeURIComponent(id)}`;
  }
}
