import type { Database } from '@registrar/database';
import { parseUpdate, updateClient, updateDocument, type ClientMetadata } from '@registrar/dcr';
import type { PublicJwk } from '@registrar/keys';
import type { Problem } from '@registrar/problem';
import {
  adoptManaged,
  managedExchange,
  managementContext,
  readBefore,
  without,
  type HeldSecrets,
  type ManagedAnswer,
  type ReadyRequest,
  type Settled,
  type Step,
  type StepContext,
  type StepResult,
  type UpstreamAccess,
  type Work,
  type WorkClient,
} from '@registrar/registrations';
import { newId } from '@registrar/vault';
import { settleManaged } from './managed-outcome.js';
import { overlappingKeys } from './retirement.repository.js';
import { rotationInput } from './rotation-input.js';
import { stepProblem } from './rotation-step.problems.js';
import { doneChange, ending, STOP, type Done } from './step-done.js';
import { successorKey, type SuccessorKey } from './successor-key.js';

/** What an update says of the client's keys: these, or where they are published. */
export type KeysSaid = { readonly jwks: readonly PublicJwk[] } | { readonly jwksUri: string };

/**
 * Gives the server both keys (H-02), and those of earlier rotations whose overlap is open; the new one is sealed and written down
 * before it is sent.
 */
export async function takePutBoth(
  work: Work,
  step: Step,
  context: StepContext,
  access: UpstreamAccess,
  database: Database,
): Promise<StepResult> {
  const { client, current, pending } = work;
  if (!client || !current?.publicJwk) return STOP;
  const made = pending?.publicJwk ? undefined : await successorKey(work, access, newId());
  const successor = made?.credential ?? pending;
  if (!successor?.publicJwk) return STOP;
  const earlier = rotationInput(work).reason === 'compromised' ? [] : await overlappingKeys(database, work);
  return putKeys(work, step, context, access, {
    client,
    said: { jwks: [...earlier, current.publicJwk, successor.publicJwk] },
    ...(made ? { made } : {}),
    done: (answered) => ({ work: { ...answered, pending: successor, lastVersion: Math.max(answered.lastVersion, successor.version) } }),
  });
}

interface Putting {
  readonly client: WorkClient;
  readonly said: KeysSaid;
  readonly made?: SuccessorKey;
  readonly done?: (answered: Work) => Done;
  /** The words where the server does not take it. */
  readonly refused?: Problem;
}

/** Sends one update that says something else of the client's keys and nothing else (B-04 to B-08). */
export async function putKeys(
  asked: Work,
  step: Step,
  context: StepContext,
  access: UpstreamAccess,
  putting: Putting,
): Promise<StepResult> {
  const refuse = (refused: Work, problem: Problem) => ending(refused, putting.refused ?? problem);
  const read = await readBefore(asked, putting.client, step, context, access, refuse);
  if (read.kind === 'stop') return read;
  const { work } = read;
  const client = work.client ?? putting.client;
  const desired = withKeys(client.requestedMetadata, putting.said);
  const kept = withKeys({ ...client.requestedMetadata, ...keysIn(client.grantedMetadata) }, putting.said);
  const carriesSecret = work.upstream.quirks.putSecret === 'include';
  return managedExchange(work, step, context, access, {
    kind: 'update',
    client,
    prepare: (held: HeldSecrets): ReadyRequest => ({
      metadata: desired,
      send: (managed, request) => {
        const update = updateDocument({
          server: work.representation ?? { requested: client.requestedMetadata, granted: client.grantedMetadata },
          desired,
          requested: client.requestedMetadata,
          clientId: client.clientId,
          quirks: work.upstream.quirks,
          ...(carriesSecret && held.clientSecret ? { clientSecret: held.clientSecret } : {}),
        });
        const ifMatch = work.entityTag === undefined ? {} : { ifMatch: work.entityTag };
        return updateClient(access.outbound, access.clock, managed, { ...request, update, ...ifMatch });
      },
      ...(putting.made ? { rows: putting.made.rows } : {}),
    }),
    settle: (answer) => settle(answer, step, access, putting, kept, carriesSecret),
    refuse,
  });
}

function settle(
  answer: ManagedAnswer,
  step: Step,
  access: UpstreamAccess,
  putting: Putting,
  requested: ClientMetadata,
  carriedSecret: boolean,
): Settled {
  const now = access.clock.now();
  const outcome = parseUpdate(answer.exchange, { ...managementContext(answer, now), carriedSecret });
  return settleManaged(answer, outcome, access, {
    accepted: (accepted) => {
      const adopted = adoptManaged(answer, accepted, { now, requested });
      // What was read before is older than this.
      const current: Work = without(adopted.work, 'representation', 'entityTag');
      const done: Done = putting.done?.(current) ?? { work: current };
      return doneChange(answer.work, step, access.clock, { ...done, rows: { ...adopted.rows, ...done.rows } });
    },
    // The old key is among those that the server may know now, whatever it did: the registration is well.
    unknown: () => ({ change: ending(answer.work, stepProblem('rotations.issue_unknown'), { operation: 'outcome_unknown' }) }),
    refused: (problem) => ({ problem: putting.refused ?? problem }),
  });
}

function withKeys(metadata: ClientMetadata, said: KeysSaid): ClientMetadata {
  const rest = without(metadata, 'jwks', 'jwks_uri');
  return 'jwks' in said ? { ...rest, jwks: { keys: said.jwks.map((jwk) => ({ ...jwk })) } } : { ...rest, jwks_uri: said.jwksUri };
}

function keysIn(metadata: ClientMetadata): ClientMetadata {
  const { jwks, jwks_uri: uri } = metadata;
  return { ...(jwks === undefined ? {} : { jwks }), ...(uri === undefined ? {} : { jwks_uri: uri }) };
}
