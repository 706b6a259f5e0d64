import { defineProblems } from '@registrar/problem';

/** What is wrong with a request before any noun sees it. */
export const apiProblem = defineProblems({
  'api.one_subject': {
    kind: 'refused',
    title: 'Exactly one of the ids has to be given',
    actor: 'caller',
    label: 'Name one of the ids that errors speaks of, and only one',
  },
  'api.invalid_body': {
    kind: 'malformed',
    title: 'The body is not what this call takes',
    actor: 'caller',
    label: 'Mend the members named in errors and send it again',
  },
  'api.invalid_query': {
    kind: 'malformed',
    title: 'A query parameter is not what this call takes',
    actor: 'caller',
    label: 'Mend the parameters named in errors and send it again',
  },
  'api.invalid_path': {
    kind: 'malformed',
    title: 'The address is not well-formed',
    actor: 'caller',
    label: 'Check the address of the call',
  },
  'api.invalid_header': {
    kind: 'malformed',
    title: 'A header is not well-formed',
    actor: 'caller',
    label: 'Mend the header that is named and send it again',
  },
  'api.invalid_cursor': {
    kind: 'malformed',
    title: 'The cursor is not one that this list gave to you',
    actor: 'caller',
    label: 'Start again without a cursor',
  },
  'api.not_json': {
    kind: 'malformed',
    title: 'The body is not JSON that can be read in one way only',
    actor: 'caller',
    label: 'Send one JSON object in UTF-8',
  },
  'api.not_csv': {
    kind: 'malformed',
    title: 'The body is not CSV with a header line',
    actor: 'caller',
    label: 'Send UTF-8 text with one header line, and as many cells in each row',
  },
  'api.unsupported_media_type': {
    kind: 'unsupported',
    title: 'The body has a type that is not read here',
    actor: 'caller',
    label: 'Send the body as application/json, not compressed',
  },
  'api.too_large': {
    kind: 'too_large',
    title: 'The body is larger than this call takes',
    actor: 'caller',
    label: 'Send less at once',
  },
  'api.unauthenticated': {
    kind: 'unauthenticated',
    title: 'No valid API key came with the request',
    actor: 'caller',
    label: 'Send a key that is neither revoked nor expired as Authorization: Bearer rk_…',
  },
  'api.forbidden': {
    kind: 'forbidden',
    title: 'The role of this key does not allow the call',
    actor: 'workspace_owner',
    label: "Use a key of another role, or ask the workspace's owner for one",
  },
  'api.not_found': {
    kind: 'not_found',
    title: 'There is nothing at this address',
    actor: 'caller',
    label: 'Check the address; /docs lists every call',
  },
  'api.id_unknown': {
    kind: 'not_found',
    title: 'There is no such thing',
    actor: 'caller',
    label: 'Check the id',
  },
  'api.rate_limited': {
    kind: 'limited',
    title: 'This key makes more requests than it may',
    retryable: true,
    actor: 'caller',
    label: 'Wait as long as Retry-After says',
  },
  'api.too_many_reveals': {
    kind: 'limited',
    title: 'This key has been shown more secrets within a minute than it may',
    retryable: true,
    actor: 'caller',
    label: 'Wait as long as Retry-After says, and keep what you are shown instead of asking again',
  },
  'api.idempotency_key_reused': {
    kind: 'refused',
    title: 'The Idempotency-Key was used for another request',
    actor: 'caller',
    label: 'Use a new key for a new request',
  },
  'api.idempotency_in_flight': {
    kind: 'conflict',
    title: 'The same request is still being worked on',
    retryable: true,
    actor: 'caller',
    label: 'Send it again in a moment to get its answer',
  },
  'api.stopping': {
    kind: 'unavailable',
    title: 'Registrar is being stopped',
    retryable: true,
    actor: 'caller',
    label: 'Try again in a moment',
  },
  'api.internal': {
    kind: 'internal',
    title: 'Something went wrong inside Registrar',
    actor: 'registrar_operator',
    label: 'Give request_id to the operator of Registrar, who finds the cause in the log',
  },
});
