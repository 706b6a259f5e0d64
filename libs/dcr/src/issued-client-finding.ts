import type { Finding } from './linter-finding.js';

const UPSTREAM = 'ehr_administrator';

/**
 * What can be said about an answer that was accepted. With an `error` the client must not become active before somebody looked
 * at it; a `warning` limits what can be done with it; an `info` is kept for the record. `%` stands for the names concerned.
 */
const FINDINGS = {
  'answer.status_200': ['info', 'The server answered 200 where RFC 7591 says 201.', UPSTREAM],
  'answer.content_type_missing': ['info', 'The server did not say that its answer is JSON; it was read as JSON.', UPSTREAM],
  'answer.cacheable': ['info', 'The server let its answer, which holds credentials, be stored by caches on the way.', UPSTREAM],
  'answer.member_form': ['info', 'The server gave % in another form than RFC 7591 has; it was read as what it plainly means.', UPSTREAM],
  'answer.member_unreadable': [
    'warning',
    'The server gave % in a form that cannot be read, so it is not known what it registered.',
    UPSTREAM,
  ],
  'answer.rights_unreadable': [
    'error',
    'The server gave % in a form that cannot be read, so what the client may do is not known.',
    UPSTREAM,
  ],
  'answer.member_unknown': ['info', 'The server added members that are no client metadata; they were not kept: %.', UPSTREAM],
  'answer.echoed_secret': ['warning', 'The server repeated a credential inside %; it was cut out.', UPSTREAM],
  'secret.missing': ['error', 'The client authenticates with a secret, but the server issued none.', UPSTREAM],
  'secret.unusable': ['error', 'The server issued a client secret that is no text, empty, or too long to be one.', UPSTREAM],
  'secret.unrequested': [
    'info',
    'The server issued a client secret although none is used. It is sealed and stays unused.',
    'registrar_operator',
  ],
  'secret.expiry_missing': ['warning', 'The server did not say when the client secret expires: it is rotated early.', UPSTREAM],
  'secret.expiry_form': [
    'info',
    'The expiry of the client secret was not a number of seconds; it was read as what it plainly means.',
    UPSTREAM,
  ],
  'secret.expiry_unreadable': ['warning', 'The expiry of the client secret cannot be read: it is rotated early.', UPSTREAM],
  'secret.expired': ['error', 'The server issued a client secret that has expired already.', UPSTREAM],
  'management.missing': ['info', 'The server gave no way to manage this client: it can be changed only by registering anew.', UPSTREAM],
  'management.incomplete': ['warning', 'The server gave only one half of what managing this client takes: it cannot be managed.', UPSTREAM],
  'management.token_unusable': ['warning', 'The registration access token cannot be sent in a header, so it was not kept.', UPSTREAM],
  'management.uri_unusable': ['warning', 'The registration client URI is no address that can be used.', UPSTREAM],
  'management.uri_relative': ['info', 'The registration client URI was relative; it was read from the registration endpoint.', UPSTREAM],
  'management.uri_plain_http': ['warning', 'The registration client URI is plain http. It is kept, but no token is sent there.', UPSTREAM],
  'management.uri_foreign': [
    'warning',
    'The registration client URI lies at another origin than the registration endpoint. It is kept, but no token is sent there.',
    UPSTREAM,
  ],
  'management.uri_changed': ['warning', 'The server now names another registration client URI for the same client.', UPSTREAM],
  'management.uri_without_token': [
    'warning',
    'The server names another registration client URI without a token for it. The one that the token came with is kept.',
    UPSTREAM,
  ],
  'answer.client_id_missing': ['warning', 'The server’s answer about this client does not name it (RFC 7592 section 3).', UPSTREAM],
  'statement.not_echoed': ['warning', 'The server did not return the software statement unchanged (RFC 7591 section 3.2.1).', UPSTREAM],
} as const satisfies Record<string, readonly [Finding['severity'], string, Finding['mends']]>;

export type AnswerFinding = keyof typeof FINDINGS;

/** One finding about an answer. `member` and `names` come from documents of ours or are cut before. */
export function answerFinding(
  id: AnswerFinding,
  member?: string,
  names: readonly string[] = member === undefined ? [] : [member],
): Finding {
  const [severity, says, mends] = FINDINGS[id];
  return { id, severity, ...(member === undefined ? {} : { member }), says: says.replace('%', names.join(', ')), mends };
}
