import { publicId } from '@registrar/database';
import type { Problem } from '@registrar/problem';
import { boundToPeople, manageabilityProblem, type Work, type WorkClient } from '@registrar/registrations';
import { rotationInput } from './rotation-input.js';
import { stepProblem } from './rotation-step.problems.js';

/**
 * How a credential is rotated, the better way first (protocol.md H): the server fetches the keys that we publish; it is told
 * of them; it is given keys; it issues another secret; another client takes the place of this one; a person does it.
 */
export type RotationWay =
  'hosted_keys' | 'move_to_hosted' | 'hosted_by_person' | 'inline_keys' | 'secret_by_read' | 'secret_by_update' | 'new_client' | 'person';

/**
 * Chooses by what the server can do and never by its vendor's name. @param tried ways that turned out not to work here.
 * @returns the way, or why there is none.
 */
export function rotationWay(work: Work, now: Date, tried: readonly RotationWay[] = []): RotationWay | Problem {
  const { client, current } = work;
  if (!client || !current || current.kind === 'none' || current.kind === 'certificate') return stepProblem('rotations.nothing_to_rotate');
  const ways = current.kind === 'private_key' ? keyWays(work, client, now) : secretWays(work, client, now);
  const way = [...ways, ...newClient(work, client)].find((one) => !tried.includes(one)) ?? 'person';
  return locksOut(work, client, way) ? stepProblem('rotations.would_lock_out') : way;
}

function keyWays(work: Work, client: WorkClient, now: Date): RotationWay[] {
  const updatable = manageabilityProblem(work, client, 'update', now) === undefined;
  switch (keysOf(client, work.current?.keySetId)) {
    case 'hosted':
      return ['hosted_keys'];
    case 'inline':
      // An update that says which keys there are would leave out those of the other hospitals.
      if (client.scope === 'application') return work.current?.keySetId === undefined ? [] : ['hosted_by_person'];
      return updatable ? ['inline_keys'] : [];
    default:
      if (work.current?.keySetId === undefined) return [];
      return updatable && work.upstream.quirks.jwksMode.includes('uri') ? ['move_to_hosted'] : ['hosted_by_person'];
  }
}

/** Where the server has the client's keys from, as far as its metadata says. */
export function keysOf(client: WorkClient, keySetId: string | undefined): 'hosted' | 'inline' | 'elsewhere' {
  const [granted, requested] = [client.grantedMetadata, client.requestedMetadata];
  const uri = granted['jwks_uri'] ?? (granted['jwks'] === undefined ? requested['jwks_uri'] : undefined);
  if (typeof uri === 'string' && keySetId !== undefined && uri.endsWith(`/jwks/${publicId('jks', keySetId)}`)) return 'hosted';
  // Inline are keys that we gave it: those of an imported client are somebody else's, wherever they are.
  return uri === undefined && requested['jwks'] !== undefined ? 'inline' : 'elsewhere';
}

/** Never by itself where other hospitals use the client: they hold the old secret, which a server with one slot ends at once (H-03). */
function secretWays(work: Work, client: WorkClient, now: Date): RotationWay[] {
  if (client.scope === 'application') return [];
  const { readRotates, putRotates } = work.upstream.quirks;
  const can = (kind: 'read' | 'update') => manageabilityProblem(work, client, kind, now) === undefined;
  return [
    ...(readRotates.secret && can('read') ? (['secret_by_read'] as const) : []),
    ...(putRotates.secret && can('update') ? (['secret_by_update'] as const) : []),
  ];
}

/** Whether another client can be put in the place of this one, somebody having asked for it. @returns why not. */
export function replacementProblem(work: Work): Problem | undefined {
  const { client, current } = work;
  if (!client || !current || newClient(work, client).length === 0) return stepProblem('rotations.not_replaceable');
  return locksOut(work, client, 'new_client') ? stepProblem('rotations.would_lock_out') : undefined;
}

/** Never by itself where people have given the client something: their consents and sessions end with its id (H-05). */
function newClient(work: Work, client: WorkClient): RotationWay[] {
  const { registration, upstream, previousClient } = work;
  const dynamic =
    registration.strategy === 'dynamic' && upstream.quirks.registration === 'dynamic' && upstream.endpoints.registration !== undefined;
  if (!dynamic || client.scope !== 'registration' || previousClient) return [];
  return boundToPeople(client) && !rotationInput(work).acceptNewClientId ? [] : ['new_client'];
}

/** The client that fetches Registrar's own initial access tokens is not given a secret that those would not know. */
function locksOut({ initialAccessToken }: Work, client: WorkClient, way: RotationWay): boolean {
  const changesSecret = way === 'secret_by_read' || way === 'secret_by_update' || way === 'new_client';
  return changesSecret && initialAccessToken?.clientCredentials?.clientId === client.clientId;
}
