import type { ReadDocument } from './discovery-documents.js';
import { originOf } from './discovery-endpoints.js';
import { discoveryProblem, type DiscoveryProblemId } from './discovery-problems.js';
import type { Discovery, DiscoveryInput, DiscoveryProblem, DocumentProblem } from './discovery-result.js';

/** What was learned, before it is judged. */
export interface Learned extends Omit<Discovery, 'problems' | 'status' | 'documents'> {
  readonly input: DiscoveryInput;
  readonly documents: readonly ReadDocument[];
  /** What the SMART configuration calls the issuer. */
  readonly namedIssuer?: string;
  /** Wire names. */
  readonly contradicted: readonly string[];
  /** Wire names, each with where it was read. */
  readonly refused: readonly string[];
  readonly malformed: readonly string[];
}

/** Finds what is missing or contradictory, and what it means for registering. */
export function judge(learned: Learned): readonly DiscoveryProblem[] {
  return [...judgeDocuments(learned), ...judgeIssuer(learned), ...judgeEndpoints(learned), ...judgeCapabilities(learned)];
}

const UNANSWERED: ReadonlySet<DocumentProblem> = new Set(['dns_failed', 'connect_failed', 'timeout', 'connection_lost', 'server_error']);
const DOCUMENT: Partial<Record<DocumentProblem, DiscoveryProblemId>> = {
  invalid_url: 'discovery.address_refused',
  blocked_address: 'discovery.address_refused',
  port_refused: 'discovery.address_refused',
  tls_failed: 'discovery.tls_failed',
  redirected: 'discovery.redirected',
  too_large: 'discovery.document_too_large',
  html: 'discovery.html_instead_of_json',
  refused: 'discovery.document_refused',
};

/**
 * Whether it is known what there is. A place that did not answer, or not readably, may name a registration endpoint: it must not pass for
 * one that names none. A web page does: that is how many servers say "not found". UDAP does not count, it says nothing about RFC 7591.
 */
export function isReached(documents: readonly ReadDocument[]): boolean {
  const asked = documents.filter((document) => document.kind !== 'udap');
  const none = (document: ReadDocument): boolean => document.problem === 'absent' || document.problem === 'html';
  const answered = asked.some((document) => document.found || document.problem === 'issuer_mismatch');
  return answered || (asked.length > 0 && asked.every(none));
}

/** A document of the issuer, told from those of the FHIR server. */
export function isIssuers(document: ReadDocument): boolean {
  return document.kind === 'oauth-authorization-server' || document.kind === 'openid-configuration';
}

function judgeDocuments({ documents }: Learned): DiscoveryProblem[] {
  const confirmed = documents.some((document) => isIssuers(document) && document.found);
  // Of the places where an issuer may publish, one is enough; UDAP is an extra that nobody has to offer.
  const missed = documents.filter((document) => !document.found && document.kind !== 'udap' && !(isIssuers(document) && confirmed));
  const problems = missed.flatMap(({ kind, url, problem }) => {
    if (problem === undefined || problem === 'issuer_mismatch') return [];
    if (problem === 'absent') return kind === 'smart-configuration' ? [discoveryProblem('discovery.smart_configuration_absent', url)] : [];
    const id = DOCUMENT[problem] ?? (UNANSWERED.has(problem) ? 'discovery.document_unreachable' : 'discovery.document_unreadable');
    return [discoveryProblem(id, `${problem}: ${url}`)];
  });
  const silent = documents.length > 0 && !isReached(documents);
  return silent ? [discoveryProblem('discovery.server_unreachable'), ...problems] : problems;
}

function judgeIssuer({ documents, input, issuer, namedIssuer }: Learned): DiscoveryProblem[] {
  const own = documents.filter(isIssuers);
  const mismatched = own.filter((document) => document.problem === 'issuer_mismatch');
  const found = own.some((document) => document.found);
  const problems = mismatched.map((document) => {
    const says = `${document.url} says ${JSON.stringify(document.members?.issuer ?? null)}, asked for was ${JSON.stringify(issuer)}`;
    return discoveryProblem(found ? 'discovery.issuer_mismatch_ignored' : 'discovery.issuer_mismatch', says);
  });
  if (input.issuer !== undefined && namedIssuer !== undefined && namedIssuer !== input.issuer)
    problems.push(discoveryProblem('discovery.issuer_conflict', `${namedIssuer} and ${input.issuer}`));
  if (issuer === undefined && (input.issuer ?? namedIssuer) !== undefined) problems.push(discoveryProblem('discovery.issuer_invalid'));
  else if (issuer === undefined && documents.some((document) => document.found))
    problems.push(discoveryProblem('discovery.issuer_unknown'));
  if (issuer !== undefined && !found && mismatched.length === 0) problems.push(discoveryProblem('discovery.issuer_unconfirmed', issuer));
  return problems;
}

function judgeEndpoints({ documents, input, endpoints, contradicted, refused }: Learned): DiscoveryProblem[] {
  const problems = [
    ...contradicted.map((member) => discoveryProblem('discovery.endpoints_contradict', member)),
    ...refused.map((member) => discoveryProblem('discovery.endpoint_refused', member)),
  ];
  if (!isReached(documents)) return problems;
  const { token, registration } = endpoints;
  if (token === undefined) problems.push(discoveryProblem('discovery.token_endpoint_missing'));
  if (registration === undefined) return [...problems, discoveryProblem('discovery.registration_endpoint_missing')];
  const origin = originOf(registration);
  const entered = [input.fhirBaseUrl, input.issuer].flatMap((url) => (url === undefined ? [] : [originOf(url)]));
  if (!entered.includes(origin)) problems.push(discoveryProblem('discovery.registration_on_other_origin', origin));
  if (token !== undefined && originOf(token) !== origin)
    problems.push(discoveryProblem('discovery.token_on_other_origin', `${originOf(token)} and ${origin}`));
  return problems;
}

function judgeCapabilities({ capabilities, endpoints, malformed }: Learned): DiscoveryProblem[] {
  const problems = malformed.map((member) => discoveryProblem('discovery.member_malformed', member));
  const pkce = capabilities.codeChallengeMethods;
  if (endpoints.authorization !== undefined && pkce === undefined) problems.push(discoveryProblem('discovery.pkce_unknown'));
  if (pkce !== undefined && !pkce.includes('S256') && endpoints.authorization !== undefined)
    problems.push(discoveryProblem('discovery.pkce_missing', pkce.join(' ')));
  if (pkce?.includes('plain') === true) problems.push(discoveryProblem('discovery.pkce_plain_offered'));
  if (endpoints.token !== undefined && capabilities.authMethods === undefined)
    problems.push(discoveryProblem('discovery.auth_methods_unknown'));
  if (capabilities.udap === true) problems.push(discoveryProblem('discovery.udap_offered'));
  return problems;
}
