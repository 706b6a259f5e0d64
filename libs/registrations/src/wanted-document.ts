import type { ClientMetadata, EffectiveDocument } from '@registrar/dcr';
import type { Problem } from '@registrar/problem';
import { documentOf, KEYS_TO_COME, type DocumentSubject } from './document-of.js';
import { present } from './present.js';
import { registrationProblem } from './registrations.problems.js';
import type { UpstreamAccess } from './upstream-access.js';
import { updateProblem } from './updates.problems.js';
import type { ClientIdentity, Work } from './work.js';

/** What an update is asked to bring about: read from the operation's input. */
export interface UpdateInputs {
  /** The revision of the application to bring the client to; left out, the registration's own. */
  readonly revision?: number;
  /** The registration's overrides from then on; left out, those that it has. */
  readonly clientMetadata?: ClientMetadata;
  /** The whole document is put through, not only what changed: to undo what drifted. */
  readonly repair?: boolean;
}

/** Members that change by rotation alone. */
export const KEY_MEMBERS = ['jwks', 'jwks_uri', 'token_endpoint_auth_method', 'token_endpoint_auth_signing_alg'] as const;
const MARKER = /att_[0-9a-hjkmnp-tv-z]{26}/;

/** Reads the input of an update operation. */
export function updateInputs({ input }: Pick<Work['operation'], 'input'>): UpdateInputs {
  return {
    ...present('revision', input['revision'] as number | undefined),
    ...present('clientMetadata', input['clientMetadata'] as ClientMetadata | undefined),
    ...present('repair', input['repair'] as boolean | undefined),
  };
}

/**
 * The whole document that a standing client is wished to have (B-04): what the application and its overrides say now, with the
 * keys, the method and the marker that the client was registered with. Those change by rotation alone, but for a method whose
 * credential the server issues itself (`may_change`): whoever begins the update has had that approved (J-07).
 */
export function wantedDocument(
  subject: DocumentSubject,
  client: Pick<ClientIdentity, 'requestedMetadata' | 'authMethod' | 'scope'>,
  access: Pick<UpstreamAccess, 'outbound' | 'publicUrl'>,
  authentication: 'stays' | 'may_change' = 'stays',
): EffectiveDocument | Problem {
  const { requestedMetadata: asked } = client;
  const method = explicitMethod(subject);
  const changes = method !== undefined && method !== client.authMethod;
  if (changes && !(authentication === 'may_change' && changedByUpdate(client, method))) {
    const detail = `The client authenticates by ${client.authMethod}, and the change names ${method}.`;
    return updateProblem('registrations.auth_method_fixed', { detail });
  }
  const effective = documentOf(subject, access, KEYS_TO_COME, markerIn(asked));
  const findings = effective.findings.filter((finding) => finding.severity === 'error');
  if (findings.length > 0) return registrationProblem('registrations.metadata_refused', { extra: { findings } });
  return changes ? effective : { ...effective, document: withKeysOf(asked, effective.document) };
}

/**
 * Whether an update brings a client to another way to authenticate. A secret, or none at all, comes with the server's answer; a
 * key begins with another client, which is proven beside the old one. What hospitals share is changed for none of them alone (H-03).
 */
export function changedByUpdate({ authMethod, scope }: Pick<ClientIdentity, 'authMethod' | 'scope'>, to: string): boolean {
  return (
    scope === 'registration' && authMethod !== 'none' && (to === 'none' || to === 'client_secret_basic' || to === 'client_secret_post')
  );
}

/** The document with the keys and the method of what was asked for before. */
export function withKeysOf(asked: ClientMetadata, document: ClientMetadata): ClientMetadata {
  const kept = Object.fromEntries(KEY_MEMBERS.flatMap((member) => (asked[member] === undefined ? [] : [[member, asked[member]]])));
  const own = Object.entries(document).filter(([member]) => !KEY_MEMBERS.some((each) => each === member));
  return { ...Object.fromEntries(own), ...kept };
}

/** The marker of the attempt that registered the client: it stays for as long as the client lives. */
export function markerIn(asked: ClientMetadata): string | undefined {
  return ['software_version', 'client_name']
    .map((member) => asked[member])
    .flatMap((value) => (typeof value === 'string' ? (MARKER.exec(value)?.[0] ?? []) : []))[0];
}

/** The method that somebody wrote, if anybody did: what was negotiated once is not negotiated again. */
export function explicitMethod({ application, registration }: DocumentSubject): string | undefined {
  const named = [registration.clientMetadata, application.ehrOverride, application.metadata]
    .map((layer) => layer?.['token_endpoint_auth_method'])
    .find((value) => value !== undefined);
  return typeof named === 'string' ? named : undefined;
}
