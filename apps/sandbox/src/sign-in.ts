import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Configuration, Provider } from 'oidc-provider';

/** Who is signed in, without a page: the sandbox has one person. */
const USER = 'dr-test';

/** What lets oidc-provider know that person, take the consent for given, and refresh whatever client may. */
export const signIn: Pick<Configuration, 'findAccount' | 'loadExistingGrant' | 'issueRefreshToken'> = {
  findAccount: (_ctx, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
  loadExistingGrant: async ({ oidc }) => {
    const grant = new oidc.provider.Grant({
      ...(oidc.client ? { clientId: oidc.client.clientId } : {}),
      ...(oidc.account ? { accountId: oidc.account.accountId } : {}),
    });
    grant.addOIDCScope([...oidc.requestParamScopes].join(' '));
    await grant.save();
    return grant;
  },
  issueRefreshToken: (_ctx, client) => client.grantTypeAllowed('refresh_token'),
};

/** Where oidc-provider sends a browser that nobody is signed in with. */
export function isInteraction({ url = '' }: IncomingMessage): boolean {
  return url.startsWith('/interaction/');
}

/** Answers what a log-in page would be: the person is signed in, and the browser goes back to the provider. */
export function signInAtOnce(provider: Provider, request: IncomingMessage, response: ServerResponse): void {
  provider.interactionFinished(request, response, { login: { accountId: USER } }).catch((error: unknown) => {
    response.writeHead(400, { 'content-type': 'text/plain' }).end(error instanceof Error ? error.message : String(error));
  });
}
