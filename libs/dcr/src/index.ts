export type { JsonObject, JsonValue } from './json-value.js';
export type { Capabilities } from './capabilities.js';
export type { ClientMetadata } from './client-metadata.js';
export { hasGrant, HUMAN_READABLE, textOf, textsOf, untagged } from './client-metadata.js';
export type { MetadataProblem } from './client-metadata-parse.js';
export { MALFORMED_METADATA_CODES, parseClientMetadata } from './client-metadata-parse.js';
export type { UriRefusal } from './redirect-uri.js';
export { isLoopbackUri, redirectUriRefusal, uriRefusal, uriRefusalWords } from './redirect-uri.js';
export type { ParsedScope, SmartScope } from './smart-scope.js';
export { normalScope, parseScope, splitScope } from './smart-scope.js';
export { scopesBeyond, scopeWithin } from './smart-scope-cover.js';
export { normalScopes } from './smart-scope-set.js';
export type { GrantedScopes } from './granted-scopes.js';
export { grantedScopes } from './granted-scopes.js';
export type { Escalation, EscalationKind } from './escalation.js';
export { escalations } from './escalation.js';
export type { Impact, ImpactSide } from './roll-out-impact.js';
export { impactOf } from './roll-out-impact.js';
export type { AuthMethod, SigningAlg } from './negotiation-method.js';
export type { Choice, NegotiationInput } from './negotiation.js';
export { AUTH_METHODS, negotiateAuthMethod, negotiateSigningAlg, SIGNING_ALGS } from './negotiation.js';
export type { SeenAnswer } from './quirk-lessons.js';
export { learnedFrom } from './quirk-lessons.js';
export type { Quirks, Rotates } from './quirk-profile.js';
export { quirksFor, quirkVendors, SECURITY_MEMBERS } from './quirks.js';
export type { ApplicationKind, DocumentContext, DocumentLayers, Origin } from './effective-document-input.js';
export type { EffectiveDocument } from './effective-document.js';
export { effectiveDocument } from './effective-document.js';
export type { Finding, Mender } from './linter-finding.js';
export type { Hit, LintContext, LintRule } from './linter-rule.js';
export { lint, LINT_RULES } from './linter.js';
export type {
  DiscoveredDocument,
  Discovery,
  DiscoveryInput,
  DiscoveryProblem,
  DocumentKind,
  DocumentProblem,
  Endpoints,
} from './discovery-result.js';
export { discover } from './discovery.js';
export { movedEndpoints } from './discovery-endpoints.js';
export type { JsonRefusal } from './strict-json.js';
export { JsonRefused, MAX_ANSWER_BYTES, MAX_JSON_DEPTH, readJson } from './strict-json.js';
export type { Exchange } from './exchange.js';
export { decodeExchange, encodeExchange } from './exchange-codec.js';
export type { RegistrationRequest } from './registration-endpoint.js';
export { sendRegistration } from './registration-endpoint.js';
export type { NotSent, Refusal, RefusalReason, RegistrationOutcome, UnknownReason } from './registration-answer-outcome.js';
export { correlationHeaders } from './correlation-headers.js';
export { foundClient, searchClients } from './client-search.js';
export type { ClientSearch, ListedClient, SearchOutcome } from './client-search.js';
export type { RegistrationContext } from './registration-answer.js';
export { parseRegistration } from './registration-answer.js';
export type { ManagementParts } from './managed-client.js';
export { ManagedClient } from './managed-client.js';
export type { ManagementUriRefusal } from './management-uri.js';
export type { ManagementRequest, UpdateRequest } from './management-endpoint.js';
export { deleteClient, readClient, updateClient } from './management-endpoint.js';
export type {
  DeleteOutcome,
  ManagementAccepted,
  ManagementRefusal,
  ManagementRefusalReason,
  ManagementUnknown,
  OtherClient,
  ReadOutcome,
  UpdateOutcome,
} from './management-outcome.js';
export type { ManagementContext, UpdateContext } from './management-answer.js';
export { parseRead, parseUpdate } from './management-answer.js';
export type { DeletionVerdict } from './management-delete-answer.js';
export { judgeDeletion, parseDelete } from './management-delete-answer.js';
export { representationOf } from './server-representation.js';
export type { UpdateDocument, UpdateInput } from './update-document.js';
export { updateDocument } from './update-document.js';
export type { IssuedClient } from './issued-client.js';
export type { ComparisonStop, MetadataComparison, MetadataDifference } from './compare-metadata.js';
export { compareMetadata } from './compare-metadata.js';
export { unapplied } from './compare-update.js';
export { DEFAULT_RETRY_AFTER_MS, retryAfterMs } from './retry-after.js';
export type { ClientAuthentication } from './client-authentication.js';
export type { SoftwareStatement, StatementRefusal } from './software-statement.js';
export { readSoftwareStatement } from './software-statement.js';
export type { ClaimProblem, StatementLimits } from './software-statement-claims.js';
export { claimsBeyond, metadataClaims, overlaidBy } from './software-statement-claims.js';
export type { StatementRequest } from './software-statement-sign.js';
export { signSoftwareStatement } from './software-statement-sign.js';
export { jwtExpiry } from './jwt-expiry.js';
export type { AssertionRequest } from './client-assertion.js';
export { signAssertion } from './client-assertion.js';
export type { TokenOutcome, TokenRefusal, TokenUnavailable } from './token-endpoint-outcome.js';
export { skewToSignWith } from './token-endpoint-outcome.js';
export type { TokenEndpointCall, TokenRequest } from './token-endpoint.js';
export { isTokenParameter, requestToken } from './token-endpoint.js';
export type { ProbeRequest, ProbeVerdict } from './token-probe.js';
export { judgeProbe, probeAuthentication } from './token-probe.js';
export type { ControlAssertion } from './token-probe-control.js';
export { wrongCredential } from './token-probe-control.js';
export type { RevocationOutcome, RevocationRequest } from './revocation-endpoint.js';
export { revokeToken } from './revocation-endpoint.js';
export type { DeadVerdict, LifeObservation, LifeSign } from './dead-client.js';
export { judgeDead, lifeSign } from './dead-client.js';
