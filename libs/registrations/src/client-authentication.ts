import { signAssertion, type ClientAuthentication } from '@registrar/dcr';
import { credentialOwner } from './credential-owner.js';
import type { UpstreamAccess } from './upstream-access.js';
import type { Work, ClientIdentity, WorkCredential } from './work.js';

type Owner = { readonly workspaceId: string; readonly tenantId: string };

/** What an assertion's `aud` names at this server. */
export function audienceOf(work: Pick<Work, 'upstream'>): string {
  const { endpoints, quirks, issuer } = work.upstream;
  return quirks.assertionAudience === 'issuer' ? (issuer ?? endpoints.token ?? '') : (endpoints.token ?? '');
}

/** Opens the credential and makes of it what the token endpoint takes. `skewMs`: how far the server's clock is ahead. */
export async function authenticationOf(
  owner: Owner,
  client: ClientIdentity,
  credential: WorkCredential,
  audience: string,
  access: UpstreamAccess,
  skewMs = 0,
): Promise<ClientAuthentication> {
  const { clientId, authMethod } = client;
  if (authMethod === 'none' || !credential.sealed) return { method: 'none', clientId };
  const value = await access.vault.open(
    credentialOwner(owner, client),
    { subjectId: credential.id, kind: credential.kind, version: credential.version },
    credential.sealed.bytes,
  );
  if (authMethod !== 'private_key_jwt')
    return { method: authMethod === 'client_secret_post' ? 'client_secret_post' : 'client_secret_basic', clientId, secret: value };
  const signed = await signAssertion({
    clientId,
    audience,
    privateJwk: value,
    alg: credential.alg ?? 'ES384',
    kid: credential.kid ?? '',
    now: new Date(access.clock.now().getTime() + skewMs),
  });
  return { method: 'private_key_jwt', clientId, assertion: signed.assertion };
}
