import { redactWords } from '@registrar/secret';
import type { DiscoveryProblem } from './discovery-result.js';

type Entry = Omit<DiscoveryProblem, 'id'>;

/** Everything that discovery can find fault with, in words that a customer-success person can pass on. */
export const DISCOVERY_PROBLEMS = {
  'discovery.address_refused': {
    severity: 'error',
    says: 'Registrar does not call this address: it is not https, private, or at a port that is not for web servers',
    consequence: 'Nothing is learned from there, and nothing is registered by itself.',
    mends: 'customer_success',
  },
  'discovery.issuer_invalid': {
    severity: 'error',
    says: 'The issuer is not a URL without query and fragment',
    consequence: "The authorization server's own metadata cannot be read.",
    mends: 'customer_success',
  },
  'discovery.server_unreachable': {
    severity: 'error',
    says: 'No metadata could be read from any place that was asked',
    consequence: 'Nothing can be registered until that is mended; discovery can be repeated at any time.',
    mends: 'ehr_administrator',
  },
  'discovery.tls_failed': {
    severity: 'error',
    says: 'The server cannot prove who it is: its certificate is expired, self-signed or made out to another name',
    consequence: 'Registrar sends nothing there. There is no exception from this check.',
    mends: 'ehr_administrator',
  },
  'discovery.smart_configuration_absent': {
    severity: 'warning',
    says: 'The FHIR server has no SMART configuration',
    consequence: 'What this server takes is only known as far as its issuer says; without an issuer, a portal remains.',
    mends: 'ehr_administrator',
  },
  'discovery.document_unreachable': {
    severity: 'warning',
    says: 'A document could not be fetched in time or whole',
    consequence: 'What it says is unknown; discovery should be repeated.',
    mends: 'ehr_administrator',
  },
  'discovery.document_refused': {
    severity: 'warning',
    says: 'A document that must be public was refused to us',
    consequence: 'What it says is unknown.',
    mends: 'ehr_administrator',
  },
  'discovery.html_instead_of_json': {
    severity: 'warning',
    says: 'A web page came where metadata was asked for',
    consequence: 'The document counts as absent.',
    mends: 'ehr_administrator',
  },
  'discovery.document_unreadable': {
    severity: 'warning',
    says: 'A document is not clean JSON: cut off, compressed, with a member twice, or nested too deep',
    consequence: 'The document counts as absent, for two readers could understand it differently.',
    mends: 'ehr_administrator',
  },
  'discovery.document_too_large': {
    severity: 'warning',
    says: 'A document is larger than 1 MiB',
    consequence: 'The document counts as absent.',
    mends: 'ehr_administrator',
  },
  'discovery.redirected': {
    severity: 'warning',
    says: 'A document is answered with a way to another server, or with too many',
    consequence: 'Registrar does not follow there; the right address has to be entered.',
    mends: 'customer_success',
  },
  'discovery.issuer_mismatch': {
    severity: 'error',
    says: 'The metadata of the issuer names another issuer; the two must be the same to the letter, a final slash too',
    consequence:
      'The document is refused, and nothing is registered until the issuer is entered as the server spells it or a person confirms.',
    mends: 'customer_success',
  },
  'discovery.issuer_mismatch_ignored': {
    severity: 'info',
    says: 'One of the places of the metadata answers for another issuer',
    consequence: 'That document is not used; another one carries the right issuer.',
    mends: 'ehr_administrator',
  },
  'discovery.issuer_conflict': {
    severity: 'error',
    says: 'The SMART configuration names another issuer than the one that was entered',
    consequence: 'Nothing is registered until a person confirms which server guards this EHR.',
    mends: 'customer_success',
  },
  'discovery.issuer_unknown': {
    severity: 'warning',
    says: 'Nobody names the issuer',
    consequence: 'The server goes by its token endpoint; nothing but the SMART configuration vouches for the endpoints.',
    mends: 'ehr_administrator',
  },
  'discovery.issuer_unconfirmed': {
    severity: 'warning',
    says: 'The issuer publishes no metadata of its own that could be read',
    consequence: 'Nothing but the SMART configuration vouches for the endpoints.',
    mends: 'ehr_administrator',
  },
  'discovery.endpoints_contradict': {
    severity: 'error',
    says: 'Two documents of this server name different endpoints',
    consequence: 'No secret is sent and nothing is registered until a person confirms the endpoints.',
    mends: 'ehr_administrator',
  },
  'discovery.endpoint_refused': {
    severity: 'error',
    says: 'An endpoint is named that Registrar does not call: it is not https, private, or no URL',
    consequence: 'The endpoint counts as absent.',
    mends: 'ehr_administrator',
  },
  'discovery.token_endpoint_missing': {
    severity: 'error',
    says: 'No token endpoint is named',
    consequence: 'No client can be proven, so none becomes active by itself.',
    mends: 'ehr_administrator',
  },
  'discovery.registration_endpoint_missing': {
    severity: 'warning',
    says: 'No registration endpoint is named',
    consequence: 'Clients are registered by hand in a portal; Registrar prepares the worksheet and never guesses an address.',
    mends: 'customer_success',
  },
  'discovery.registration_on_other_origin': {
    severity: 'warning',
    says: 'The registration endpoint lies on a server that nobody entered',
    consequence: 'No initial access token and no software statement is sent there until a person confirms that origin.',
    mends: 'customer_success',
  },
  'discovery.token_on_other_origin': {
    severity: 'warning',
    says: 'The token endpoint and the registration endpoint lie on different servers',
    consequence: 'The credential that the one issues is shown to the other; make sure that both belong to this EHR.',
    mends: 'customer_success',
  },
  'discovery.pkce_missing': {
    severity: 'error',
    says: 'The server names ways to protect an authorization code, but S256 is not among them',
    consequence: 'Applications with a user sign-in are not activated here.',
    mends: 'ehr_administrator',
  },
  'discovery.pkce_unknown': {
    severity: 'warning',
    says: 'The server does not say whether it takes PKCE with S256',
    consequence: 'An application with a user sign-in needs it; SMART 2 requires the server to say so.',
    mends: 'ehr_administrator',
  },
  'discovery.pkce_plain_offered': {
    severity: 'warning',
    says: 'The server also takes PKCE without hashing (plain), which SMART forbids',
    consequence: 'Registrar asks for S256 alone.',
    mends: 'ehr_administrator',
  },
  'discovery.auth_methods_unknown': {
    severity: 'info',
    says: 'The server does not say how clients may authenticate',
    consequence: 'The method is chosen from what its vendor documents, or else its default.',
    mends: 'ehr_administrator',
  },
  'discovery.member_malformed': {
    severity: 'warning',
    says: 'A member is not a list of texts',
    consequence: 'It counts as unknown.',
    mends: 'ehr_administrator',
  },
  'discovery.udap_offered': {
    severity: 'info',
    says: 'The FHIR server also offers registration by UDAP',
    consequence: 'It needs a certificate of the community; it is not used unless it is chosen.',
    mends: 'customer_success',
  },
} as const satisfies Record<string, Entry>;

export type DiscoveryProblemId = keyof typeof DISCOVERY_PROBLEMS;

/** The problem with the occasion in brackets. Foreign words are cut and made fit to be shown. */
export function discoveryProblem(id: DiscoveryProblemId, detail?: string): DiscoveryProblem {
  const { says, ...entry } = DISCOVERY_PROBLEMS[id];
  return { id, ...entry, says: detail === undefined ? `${says}.` : `${says} (${redactWords(detail, [], 300)}).` };
}
