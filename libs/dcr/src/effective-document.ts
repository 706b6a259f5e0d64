import { untagged, type ClientMetadata } from './client-metadata.js';
import { placeAuthentication } from './effective-document-authentication.js';
import type { DocumentContext, DocumentLayers, Origin } from './effective-document-input.js';
import { makeDefaultsExplicit, mergeLayers, place, remove, scopeAsked, type Draft } from './effective-document-merge.js';
import { placeMarker } from './effective-document-marker.js';
import { inStableOrder } from './effective-document-order.js';
import { layersHere } from './effective-document-kind.js';
import { lintContext } from './effective-document-lint.js';
import { placeScope } from './effective-document-scope.js';
import { lint } from './linter.js';
import type { Finding } from './linter-finding.js';
import type { AuthMethod, SigningAlg } from './negotiation-method.js';
import type { Quirks } from './quirk-profile.js';
import { SECURITY_MEMBERS } from './quirks.js';
import { splitScope } from './smart-scope.js';
import { metadataClaims, overlaidBy } from './software-statement-claims.js';

/** What would be sent to one server for one registration, with the origin of each member. */
export interface EffectiveDocument {
  /** The exact document, keys in a stable order. */
  readonly document: ClientMetadata;
  /** Who decided, for each member of the document. */
  readonly origins: Readonly<Record<string, Origin>>;
  /** Why, in plain words, for members that nobody wrote or that Registrar changed. */
  readonly reasons: Readonly<Record<string, string>>;
  readonly authMethod: AuthMethod;
  /** Only with `private_key_jwt`. */
  readonly signingAlg?: SigningAlg;
  /** How the keys are handed over; also where they were not given yet, so a caller learns what to make. */
  readonly jwksMode: 'none' | 'uri' | 'inline';
  /** The member that carries the attempt's marker. */
  readonly marker: Quirks['marker'];
  readonly findings: readonly Finding[];
  /** What the server is asked for in the end: the document with the claims of its software statement over it. */
  readonly expected: ClientMetadata;
}

/**
 * Builds the document for one server: merges the layers, makes the defaults explicit, negotiates what was left out, places
 * the keys and the marker, leaves out what the server cannot take, and lints the result. A contradiction is a finding, never a throw;
 * with a finding of severity `error` the document must not be sent.
 */
export function effectiveDocument(written: DocumentLayers, context: DocumentContext): EffectiveDocument {
  const layers = layersHere(written);
  const draft = mergeLayers(layers);
  const asked = inStableOrder(draft.members);
  makeDefaultsExplicit(draft, layers, context.capabilities.grantTypes?.includes('refresh_token') ?? true);
  placeScope(draft, layers, context);
  if (!draft.members.has('application_type') && isOpenId(draft, layers, context))
    place(draft, 'application_type', 'web', 'default', 'OpenID servers are told what kind of application it is (A-15).');
  const authentication = placeAuthentication(draft, written, context);
  leaveOut(draft, context.quirks);
  placeStatement(draft, context);
  const marker = placeMarker(draft, markable(context), context.marker);
  const document = inStableOrder(draft.members);
  const origins = Object.fromEntries(draft.origins);
  const findings = lint(document, lintContext(layers, context, { asked, origins }));
  return {
    document,
    origins,
    reasons: Object.fromEntries(draft.reasons),
    ...authentication,
    marker,
    findings,
    expected: context.statement ? overlaidBy(document, context.statement.claims) : document,
  };
}

function placeStatement(draft: Draft, { statement }: DocumentContext): void {
  if (!statement) return;
  const fixed = Object.keys(metadataClaims(statement.claims)).sort().join(', ');
  const reason = fixed === '' ? 'Says who the software is.' : `The server takes from it, not from the document: ${fixed}.`;
  place(draft, 'software_statement', statement.placeholder, statement.origin, reason);
}

/** A marker in a member that the statement fixes would never arrive. */
function markable({ quirks, statement }: DocumentContext): Quirks {
  return { ...quirks, droppedMembers: [...quirks.droppedMembers, ...Object.keys(metadataClaims(statement?.claims ?? {}))] };
}

function isOpenId(draft: Draft, layers: DocumentLayers, { openid, capabilities }: DocumentContext): boolean {
  if (openid !== undefined) return openid;
  const announced = capabilities.scopes?.includes('openid') === true || capabilities.smart?.includes('sso-openid-connect') === true;
  return announced || splitScope(scopeAsked(draft, layers)).includes('openid');
}

// Optional members that this server is known to choke on, and names in other languages where it refuses what it does not know.
function leaveOut(draft: Draft, quirks: Quirks): void {
  for (const member of [...draft.members.keys()]) {
    const name = untagged(member);
    const tagged = name !== member;
    if (SECURITY_MEMBERS.has(name)) continue;
    if (quirks.droppedMembers.includes(name) || (tagged && quirks.unknownFieldPolicy === 'refuse')) remove(draft, member);
  }
}
