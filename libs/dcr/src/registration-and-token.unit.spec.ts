import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SystemClock } from '@registrar/clock';
import { createOutbound, type Outbound } from '@registrar/outbound';
import { Secret } from '@registrar/secret';
import { exportJWK, generateKeyPair } from 'jose';
import Provider from 'oidc-provider';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { signAssertion } from './client-assertion.js';
import type { ClientAuthentication } from './client-authentication.js';
import type { ClientMetadata } from './client-metadata.js';
import { compareMetadata } from './compare-metadata.js';
import { unapplied } from './compare-update.js';
import type { IssuedClient } from './issued-client.js';
import { ManagedClient } from './managed-client.js';
import { parseRead, parseUpdate } from './management-answer.js';
import { judgeDeletion, parseDelete } from './management-delete-answer.js';
import { deleteClient, readClient, updateClient } from './management-endpoint.js';
import { quirksFor } from './quirks.js';
import { parseRegistration } from './registration-answer.js';
import { sendRegistration } from './registration-endpoint.js';
import { representationOf } from './server-representation.js';
import { requestToken } from './token-endpoint.js';
import { updateDocument } from './update-document.js';
import { wrongCredential } from './token-probe-control.js';
import { judgeProbe, probeAuthentication } from './token-probe.js';

const clock = new SystemClock();
const initialAccessToken = Secret.of('initial-access-token-of-the-hospital');
const BACKEND: ClientMetadata = { grant_types: ['client_credentials'], response_types: [], redirect_uris: [], scope: 'system/*.rs' };
const LAUNCH: ClientMetadata = {
  grant_types: ['authorization_code'],
  response_types: ['code'],
  redirect_uris: ['https://app.example/cb'],
  scope: 'openid',
};

// A real authorization server: what we say it means to one is what it means to one.
describe('with oidc-provider, from the registration to the token', () => {
  let server: Server;
  let issuer = '';
  let outbound: Outbound;

  beforeAll(async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    vi.spyOn(console, 'info').mockImplementation(() => undefined);
    server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const provider = new Provider(issuer, {
      features: {
        registration: { enabled: true, initialAccessToken: initialAccessToken.expose() },
        registrationManagement: { enabled: true },
        clientCredentials: { enabled: true },
        devInteractions: { enabled: false },
      },
      scopes: ['openid', 'system/*.rs'],
      clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
      enabledJWA: { clientAuthSigningAlgValues: ['ES384', 'RS384'] },
    });
    const handle = provider.callback();
    server.on('request', (request, response) => void handle(request, response));
    outbound = createOutbound({ allow: ['127.0.0.1/32'] });
  });
  afterAll(async () => {
    await outbound.close();
    server.closeAllConnections();
    server.close();
    vi.restoreAllMocks();
  });

  const at = () => ({ endpoint: `${issuer}/token`, deadlineMs: 5000, partition: 'ws:ten' });
  const outcomeOf = async (document: ClientMetadata, token?: Secret) => {
    const endpoint = `${issuer}/reg`;
    const request = { endpoint, document, deadlineMs: 5000, partition: 'ws:ten' };
    const exchange = await sendRegistration(outbound, clock, token === undefined ? request : { ...request, initialAccessToken: token });
    return parseRegistration(exchange, {
      sent: document,
      endpoint,
      quirks: quirksFor('oidc-provider'),
      secrets: [initialAccessToken],
      now: clock.now(),
    });
  };
  const register = async (document: ClientMetadata): Promise<IssuedClient> => {
    const outcome = await outcomeOf(document, initialAccessToken);
    if (outcome.kind !== 'accepted') throw new Error(JSON.stringify(outcome));
    expect(outcome.findings).toEqual([]);
    expect(outcome.client).toMatchObject({ registrationClientUriUsable: true, registrationAccessToken: expect.any(Secret) as Secret });
    expect(compareMetadata(document, outcome.client.granted)).toMatchObject({ drift: 'none' });
    return outcome.client;
  };
  const withSecret = (client: IssuedClient, method: 'client_secret_basic' | 'client_secret_post'): ClientAuthentication => ({
    method,
    clientId: client.clientId,
    secret: client.clientSecret as Secret,
  });

  it.each(['client_secret_basic', 'client_secret_post'] as const)(
    'a backend client by %s gets a token, a wrong secret does not',
    async (method) => {
      const client = await register({ ...BACKEND, token_endpoint_auth_method: method });
      const authentication = withSecret(client, method);
      const outcome = await requestToken(outbound, clock, { ...at(), authentication, scope: 'system/*.rs' });
      expect(outcome).toMatchObject({ kind: 'granted', scope: 'system/*.rs', tokenType: 'Bearer' });
      const wrong = await wrongCredential(authentication);
      expect(await requestToken(outbound, clock, { ...at(), authentication: wrong })).toMatchObject({
        kind: 'refused',
        error: 'invalid_client',
        status: 401,
      });
    },
  );

  it.each(['ES384', 'RS384'] as const)('a backend client by %s gets a token for each new assertion, none for a used one', async (alg) => {
    const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
    const jwk = { ...(await exportJWK(publicKey)), kid: 'k-1', use: 'sig', alg };
    const client = await register({
      ...BACKEND,
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: alg,
      jwks: { keys: [JSON.parse(JSON.stringify(jwk)) as Record<string, string>] },
    });
    const privateJwk = Secret.of(JSON.stringify(await exportJWK(privateKey)));
    const signing = { clientId: client.clientId, audience: `${issuer}/token`, privateJwk, alg, kid: 'k-1', now: clock.now() };
    const { assertion } = await signAssertion(signing);
    const authentication: ClientAuthentication = { method: 'private_key_jwt', clientId: client.clientId, assertion };
    expect(await requestToken(outbound, clock, { ...at(), authentication, scope: 'system/*.rs' })).toMatchObject({ kind: 'granted' });
    expect(await requestToken(outbound, clock, { ...at(), authentication })).toMatchObject({ kind: 'refused', error: 'invalid_client' });
    const wrong = await wrongCredential(authentication, signing);
    expect(await requestToken(outbound, clock, { ...at(), authentication: wrong })).toMatchObject({
      kind: 'refused',
      error: 'invalid_client',
    });
  });

  it('H-50: an authorization-code client is proven by a made-up code, seen with its control', async () => {
    const client = await register({ ...LAUNCH, token_endpoint_auth_method: 'client_secret_basic' });
    const probe = { ...at(), redirectUri: 'https://app.example/cb', userAgent: 'Registrar/1 (verification)' };
    const right = withSecret(client, 'client_secret_basic');
    const answer = await probeAuthentication(outbound, clock, { ...probe, authentication: right });
    const control = await probeAuthentication(outbound, clock, { ...probe, authentication: await wrongCredential(right) });
    expect([answer, control]).toMatchObject([{ error: 'invalid_grant' }, { error: 'invalid_client' }]);
    expect(judgeProbe(answer, control)).toBe('client_authentication');
    const open: ClientAuthentication = {
      method: 'none',
      clientId: (await register({ ...LAUNCH, token_endpoint_auth_method: 'none' })).clientId,
    };
    const answers = [open, await wrongCredential(open)].map((authentication) =>
      probeAuthentication(outbound, clock, { ...probe, authentication }),
    );
    expect(judgeProbe(...((await Promise.all(answers)) as [never, never]))).toBe('client_authentication');
  });

  it('B-01 to B-10: a client is read, renamed and deleted, each with the newest token, and nothing else of it changes', async () => {
    const issued = await register({ ...LAUNCH, client_name: 'Acme', token_endpoint_auth_method: 'client_secret_basic' });
    const registrationEndpoint = `${issuer}/reg`;
    const managedBy = (client: IssuedClient) =>
      ManagedClient.of({
        registrationClientUri: client.registrationClientUri ?? '',
        registrationAccessToken: client.registrationAccessToken as Secret,
        registrationEndpoint,
      }) as ManagedClient;
    const desired = { ...LAUNCH, client_name: 'Acme 2', token_endpoint_auth_method: 'client_secret_basic' };
    const contextOf = (client: IssuedClient) => ({
      clientId: client.clientId,
      sent: desired,
      registrationEndpoint,
      registrationClientUri: client.registrationClientUri ?? '',
      secrets: [client.registrationAccessToken, client.clientSecret].filter((each) => each !== undefined),
      now: clock.now(),
      carriedSecret: false,
    });
    const call = { deadlineMs: 5000, partition: 'ws:ten' };
    const read = await readClient(outbound, clock, managedBy(issued), call);
    const found = parseRead(read, contextOf(issued));
    expect(found).toMatchObject({ kind: 'accepted', rotated: { rat: false, secret: false }, client: { granted: { client_name: 'Acme' } } });
    const server = representationOf(read) as Secret;
    const update = updateDocument({ server, desired, clientId: issued.clientId, quirks: quirksFor('oidc-provider') });
    expect(update.changes).toEqual(['client_name']);
    const put = await updateClient(outbound, clock, managedBy(issued), { ...call, update });
    const updated = parseUpdate(put, contextOf(issued));
    if (updated.kind !== 'accepted') throw new Error(JSON.stringify(updated));
    expect(updated).toMatchObject({ rotated: { rat: true, secret: false }, findings: [] });
    expect(unapplied(desired, updated.client.granted)).toEqual([]);
    const after = JSON.parse((representationOf(put) as Secret).expose()) as object;
    expect({ ...after, client_name: 'Acme' }).toEqual(JSON.parse(server.expose()));
    // The old token is dead, which says nothing of the client (B-09, K-41).
    const old = parseRead(await readClient(outbound, clock, managedBy(issued), call), contextOf(issued));
    expect(old).toMatchObject({ kind: 'refused', reason: 'unauthorized' });
    const gone = { ...contextOf(issued), quirks: quirksFor('oidc-provider') };
    expect(parseDelete(await deleteClient(outbound, clock, managedBy(updated.client), call), gone)).toMatchObject({ confirmed: true });
    const confirming = parseRead(await readClient(outbound, clock, managedBy(updated.client), call), contextOf(updated.client));
    expect(judgeDeletion(confirming)).toBe('gone');
  });

  it('K-12 K-15: without the token it says what it needs, and names what it refuses', async () => {
    expect(await outcomeOf(LAUNCH)).toMatchObject({ kind: 'refused', reason: 'needs_initial_access_token', status: 401 });
    expect(await outcomeOf(LAUNCH, Secret.of('spent'))).toMatchObject({ kind: 'refused', reason: 'needs_initial_access_token' });
    const bad = { ...LAUNCH, redirect_uris: ['https://app.example/cb#fragment'] };
    expect(await outcomeOf(bad, initialAccessToken)).toMatchObject({
      kind: 'refused',
      reason: 'invalid_redirect_uri',
      member: 'redirect_uris',
    });
    const both = { ...LAUNCH, jwks_uri: 'https://app.example/jwks', jwks: { keys: [] } };
    expect(await outcomeOf(both, initialAccessToken)).toMatchObject({
      reason: 'invalid_client_metadata',
      member: expect.stringMatching(/^jwks/) as string,
    });
  });
});
