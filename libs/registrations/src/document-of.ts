import { effectiveDocument, type DocumentContext, type EffectiveDocument, type JsonObject } from '@registrar/dcr';
import { keySetUrl, type PublicJwk } from '@registrar/keys';
import type { Outbound } from '@registrar/outbound';
import { present } from './present.js';
import { statementContext } from './software-statement.js';
import type { Work } from './work.js';

/** The parts of the work that decide on the document; a dry run has them before there is any work. */
export type DocumentSubject = Pick<Work, 'application' | 'upstream'> & {
  /** The statement that goes with it: where a client is registered, and nowhere else. */
  readonly statement?: Parameters<typeof statementContext>[0];
  readonly registration: Pick<Work['registration'], 'clientMetadata' | 'environment'>;
};

export interface DocumentKeys {
  readonly keySetId: string;
  readonly publicJwk?: PublicJwk;
}

/** Keys that are still to be made: what they look like is enough to decide on the document and to lint it. */
export const KEYS_TO_COME = {
  keySetId: '00000000-0000-7000-8000-000000000000',
  publicJwk: { kty: 'EC', kid: 'to-be-made' },
} as const satisfies DocumentKeys;

/** The exact document for this registration, its keys and its marker. */
export function documentOf(
  subject: DocumentSubject,
  access: { outbound: Outbound; publicUrl: string },
  keys: DocumentKeys,
  marker?: string,
): EffectiveDocument {
  const { application, registration, upstream } = subject;
  const context: DocumentContext = {
    capabilities: upstream.capabilities,
    quirks: upstream.quirks,
    environment: registration.environment,
    jwksUri: keySetUrl(access.publicUrl, keys.keySetId),
    jwksUriFetchable: fetchable(access, upstream.endpoints.token),
    loopbackAllowed: registration.environment !== 'production',
    ...present('jwks', keys.publicJwk && { keys: [keys.publicJwk as JsonObject] }),
    ...present('marker', marker),
    ...present('openid', upstream.openid),
    ...present('statement', subject.statement && statementContext(subject.statement)),
  };
  return effectiveDocument(
    {
      application: application.metadata,
      registrationOverride: registration.clientMetadata,
      kind: application.kind,
      scope: { required: application.requiredScopes, optional: application.optionalScopes },
      ...present('ehrOverride', application.ehrOverride),
      ...present('launchUrl', application.launchUrl),
    },
    context,
  );
}

/** http counts as fetchable only where both sides are loopback addresses that OUTBOUND_ALLOW names. */
function fetchable({ outbound, publicUrl }: { outbound: Outbound; publicUrl: string }, tokenEndpoint = ''): boolean {
  return publicUrl.startsWith('https:') || (outbound.isAllowedLoopback(publicUrl) && outbound.isAllowedLoopback(tokenEndpoint));
}
