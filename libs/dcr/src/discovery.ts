import type { Outbound } from '@registrar/outbound';
import { capabilitiesOf, speaksUdap, udapOf } from './discovery-capabilities.js';
import { fetchDocument, type ReadDocument } from './discovery-documents.js';
import { contradictions, endpointsOf, ENDPOINT_NAMES, mergeEndpoints, originOf } from './discovery-endpoints.js';
import { isIssuers, isReached, judge, type Learned } from './discovery-judgement.js';
import type { DiscoveredDocument, Discovery, DiscoveryInput, DiscoveryProblem } from './discovery-result.js';
import { fhirCandidate, isIssuer, issuerCandidates, type Candidate } from './discovery-urls.js';

/**
 * Learns what guards a FHIR server, or what an issuer is: from its SMART configuration, its UDAP metadata, and the issuer's own
 * metadata (A-60 to A-68, RFC 8414, OpenID Connect Discovery 1.0, SMART App Launch 2.2). No document is asked for twice, none has more
 * than 15 s and 1 MiB, no redirect leaves its origin, and no endpoint is guessed. Never throws for what a server does: every fault is a
 * problem with what it means for registering.
 */
export async function discover(outbound: Outbound, input: DiscoveryInput): Promise<Discovery> {
  const documents = await fetchAll(outbound, input);
  const learned = learn(documents, outbound, input);
  const { issuer, issuerConfirmed, endpoints, capabilities, origins } = learned;
  const problems = judge(learned);
  return {
    ...(issuer === undefined ? {} : { issuer }),
    issuerConfirmed,
    documents: documents.map(withoutMembers),
    endpoints,
    capabilities,
    problems,
    status: statusOf(learned, problems),
    origins,
  };
}

/** The SMART configuration comes first in the answer: what it says is followed before what others say. */
async function fetchAll(outbound: Outbound, input: DiscoveryInput): Promise<readonly ReadDocument[]> {
  const fetch = (candidate: Candidate): Promise<ReadDocument> => fetchDocument(candidate, outbound, input);
  const ofFhir = (kind: 'smart-configuration' | 'udap'): Promise<ReadDocument | undefined> =>
    input.fhirBaseUrl === undefined ? Promise.resolve(undefined) : fetch(fhirCandidate(kind, input.fhirBaseUrl));
  const [smart, udap] = [ofFhir('smart-configuration'), ofFhir('udap')];
  // Only where nobody entered the issuer does anything wait for anything.
  const issuer = issuerOf(input, input.issuer === undefined ? await smart : undefined);
  const own = await Promise.all(issuer === undefined ? [] : issuerCandidates(issuer).map(fetch));
  const checked = own.map((document) => withIssuerChecked(document, issuer));
  return [await smart, ...checked, withUdapChecked(await udap)].filter((document) => document !== undefined);
}

/** The issuer that was entered, or else the one that the SMART configuration names; undefined where that is none. */
function issuerOf(input: DiscoveryInput, smart: ReadDocument | undefined): string | undefined {
  const issuer = input.issuer ?? namedIssuer(smart);
  return issuer !== undefined && isIssuer(issuer) ? issuer : undefined;
}

/** A document of another issuer is refused whole, and kept as evidence (A-62, RFC 8414 section 3.3, K-51). */
function withIssuerChecked(document: ReadDocument, issuer: string | undefined): ReadDocument {
  return document.found && document.members?.issuer !== issuer ? { ...document, found: false, problem: 'issuer_mismatch' } : document;
}

function withUdapChecked(document: ReadDocument | undefined): ReadDocument | undefined {
  return document?.found === true && !speaksUdap(document) ? { ...document, found: false, problem: 'not_udap' } : document;
}

function learn(documents: readonly ReadDocument[], outbound: Outbound, input: DiscoveryInput): Learned {
  const smart = documents.find((document) => document.kind === 'smart-configuration');
  const named = namedIssuer(smart);
  const issuer = issuerOf(input, smart);
  const used = documents.filter((document) => document.found && document.kind !== 'udap');
  const read = used.map((document) => ({ kind: document.kind, ...endpointsOf(document, outbound, input) }));
  const endpoints = mergeEndpoints(read.map((one) => one.endpoints));
  const contradicted = contradictions(read.map((one) => one.endpoints));
  const { lists, malformed } = capabilitiesOf(used);
  const udap = udapOf(documents.find((document) => document.kind === 'udap'));
  const dynamicRegistration = endpoints.registration !== undefined;
  return {
    input,
    documents,
    ...(issuer === undefined ? {} : { issuer }),
    ...(named === undefined ? {} : { namedIssuer: named }),
    issuerConfirmed: used.some(isIssuers) && contradicted.length === 0 && (named === undefined || named === issuer),
    endpoints,
    capabilities: { ...lists, ...(udap === undefined ? {} : { udap }), dynamicRegistration },
    contradicted,
    refused: read.flatMap(({ kind, refused }) => refused.map((member) => `${member} in ${kind}`)),
    malformed,
    origins: [...new Set(ENDPOINT_NAMES.flatMap((name) => (endpoints[name] === undefined ? [] : [originOf(endpoints[name])])))],
  };
}

/** Contradictions about who it is or where secrets go. */
const HOLDS: ReadonlySet<string> = new Set(['discovery.issuer_mismatch', 'discovery.issuer_conflict', 'discovery.endpoints_contradict']);

function statusOf({ documents, endpoints }: Learned, problems: readonly DiscoveryProblem[]): Discovery['status'] {
  if (!isReached(documents)) return 'unreachable';
  if (problems.some(({ id }) => HOLDS.has(id))) return 'quarantined';
  return endpoints.registration === undefined || endpoints.token === undefined ? 'manual_only' : 'ready';
}

function namedIssuer(smart: ReadDocument | undefined): string | undefined {
  const issuer = smart?.members?.issuer;
  return typeof issuer === 'string' && issuer !== '' ? issuer : undefined;
}

function withoutMembers({ kind, url, status, found, problem }: ReadDocument): DiscoveredDocument {
  return { kind, url, ...(status === undefined ? {} : { status }), found, ...(problem === undefined ? {} : { problem }) };
}
