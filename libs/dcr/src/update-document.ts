import { Secret } from '@registrar/secret';
import type { ClientMetadata } from './client-metadata.js';
import type { JsonObject } from './json-value.js';
import type { Quirks } from './quirk-profile.js';
import { SECURITY_MEMBERS } from './quirks.js';
import { replaceable } from './server-representation.js';
import { applyDesired, type Merge } from './update-document-merge.js';

/** What an update is made from. */
export interface UpdateInput {
  /** The server's own words (`representationOf` of the last whole answer), or else what is stored of them. */
  readonly server: Secret | { readonly requested: ClientMetadata; readonly granted: ClientMetadata };
  /** The whole document that is wished for, as `effectiveDocument` makes it. */
  readonly desired: ClientMetadata;
  /**
   * What was asked for the last time. With it only what changed since is applied, members that are no longer asked for are taken
   * out, and what the server made of the rest stays. Without it the whole of `desired` is put through, to undo what drifted.
   */
  readonly requested?: ClientMetadata;
  readonly clientId: string;
  readonly quirks: Pick<Quirks, 'putSecret' | 'droppedMembers'>;
  /** The current one: put into the body only where `quirks.putSecret` is `include` (B-05). */
  readonly clientSecret?: Secret;
  /** The marker that this client was registered with: it stays. `desired` is made with the same one or with none. */
  readonly marker?: string;
}

/** The exact body of one update. */
export interface UpdateDocument {
  /** JSON text. A `Secret`, for it may hold the client secret and what the server added. */
  readonly body: Secret;
  readonly carriesSecret: boolean;
  /** The members that the body changes, adds or takes out; empty: an update that changes nothing. */
  readonly changes: readonly string[];
}

/**
 * The full replacement of RFC 7592 section 2.2 (B-04 to B-08, K-38): the server's own representation with the wished changes, so
 * that members which it added stay and every member that does not change is sent back byte for byte. What the server issued is
 * taken out, `client_id` is put in. A member that means the same as wished keeps the server's spelling (scopes of version 1,
 * the order of lists, its normal form of a page's address).
 * @throws TypeError where the quirk asks for the secret and none is given.
 */
export function updateDocument(input: UpdateInput): UpdateDocument {
  const merge: Merge = { members: new Map(Object.entries(representation(input.server))), changes: new Set() };
  applyDesired(merge, input);
  for (const member of input.quirks.droppedMembers) if (!SECURITY_MEMBERS.has(member)) merge.members.delete(member);
  const carriesSecret = input.quirks.putSecret === 'include';
  if (carriesSecret && input.clientSecret === undefined) throw new TypeError('This server wants the client secret in an update');
  const body = {
    client_id: input.clientId,
    ...Object.fromEntries(merge.members),
    ...(carriesSecret && input.clientSecret ? { client_secret: input.clientSecret.expose() } : {}),
  };
  return { body: Secret.of(JSON.stringify(body)), carriesSecret, changes: [...merge.changes] };
}

function representation(server: UpdateInput['server']): JsonObject {
  if (!(server instanceof Secret)) return replaceable({ ...server.requested, ...server.granted });
  return replaceable(JSON.parse(server.expose()) as JsonObject);
}
