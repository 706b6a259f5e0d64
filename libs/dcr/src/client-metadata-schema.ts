import { z } from 'zod';
import { redirectUriRefusal, uriRefusal, uriRefusalWords, type UriRefusal, type UriRules } from './redirect-uri.js';
import { parseScope, splitScope } from './smart-scope.js';

// Control and bidirectional characters could turn a name round on a hospital's screen.
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]/u;

/** A refusal of the schema: `code` is what the problem carries. */
function refused(test: (value: string) => { code: string; detail: string } | undefined) {
  return z.string().superRefine((value, ctx) => {
    const refusal = test(value);
    if (refusal !== undefined) ctx.addIssue({ code: 'custom', message: refusal.detail, params: { code: refusal.code } });
  });
}

const refusal = (found: UriRefusal | undefined) => (found === undefined ? undefined : { code: found, detail: uriRefusalWords(found) });
const uri = (rules: UriRules) => refused((value) => refusal(uriRefusal(value, rules)));
const text = (max: number) =>
  refused((value) => {
    if (value.trim() === '') return { code: 'empty', detail: 'An empty text says nothing: leave the member out.' };
    if (value.length > max) return { code: 'too_long', detail: `Longer than ${max} characters.` };
    return UNPRINTABLE.test(value) ? { code: 'forbidden_character', detail: 'Holds a control or direction character.' } : undefined;
  });
const list = <T extends z.ZodType>(item: T, max: number) => z.array(item).min(1).max(max);

// RFC 9700 sections 2.1.2 and 2.4: these put tokens or passwords where they can be taken.
const REFUSED_GRANTS = new Set(['implicit', 'password']);
const grantType = text(200).refine((value) => !REFUSED_GRANTS.has(value), {
  params: { code: 'unsafe_value' },
  message: 'The implicit and password grants are never registered (RFC 9700).',
});
const responseType = text(200).refine((value) => !value.split(' ').includes('token'), {
  params: { code: 'unsafe_value' },
  message: 'A response type with a token in the browser is never registered (RFC 9700).',
});
const scope = refused((value) => {
  if (value.length > 4000) return { code: 'too_long', detail: 'Longer than 4000 characters.' };
  const parts = splitScope(value);
  const broken = parts.find((part) => parseScope(part) === 'malformed');
  if (parts.length === 0) return { code: 'empty', detail: 'An empty scope says nothing: leave the member out.' };
  return broken === undefined
    ? undefined
    : { code: 'malformed_scope', detail: `${JSON.stringify(broken.slice(0, 100))} is not a well-formed scope.` };
});

/** Every member that a person may write, with its limits. Values pass through byte for byte. */
export function metadataSchema(at: { readonly loopbackAllowed: boolean }) {
  const http = at.loopbackAllowed ? 'loopback' : 'never';
  const redirects = list(
    refused((value) => refusal(redirectUriRefusal(value, at))),
    100,
  );
  const page = uri({ http: 'always', fragment: true, wildcard: true });
  const endpoint = uri({ http, wildcard: true });
  const alg = text(32);
  return z.object({
    redirect_uris: redirects,
    token_endpoint_auth_method: z.enum(['private_key_jwt', 'client_secret_basic', 'client_secret_post', 'none']),
    grant_types: list(grantType, 20),
    // Meant emptiness: a client without a browser flow has no response type.
    response_types: z.array(responseType).max(20),
    client_name: text(256),
    client_uri: page,
    logo_uri: page,
    tos_uri: page,
    policy_uri: page,
    scope,
    contacts: list(text(320), 20),
    software_id: text(255),
    software_version: text(255),
    application_type: z.enum(['web', 'native']),
    sector_identifier_uri: endpoint,
    subject_type: z.enum(['public', 'pairwise']),
    id_token_signed_response_alg: alg,
    id_token_encrypted_response_alg: alg,
    id_token_encrypted_response_enc: alg,
    userinfo_signed_response_alg: alg,
    userinfo_encrypted_response_alg: alg,
    userinfo_encrypted_response_enc: alg,
    request_object_signing_alg: alg,
    request_object_encryption_alg: alg,
    request_object_encryption_enc: alg,
    token_endpoint_auth_signing_alg: alg,
    default_max_age: z.int().min(0).max(2_147_483_647),
    require_auth_time: z.boolean(),
    default_acr_values: list(text(255), 20),
    initiate_login_uri: endpoint,
    request_uris: list(uri({ http, fragment: true }), 100),
    post_logout_redirect_uris: redirects,
    backchannel_logout_uri: endpoint,
    backchannel_logout_session_required: z.boolean(),
    frontchannel_logout_uri: endpoint,
    frontchannel_logout_session_required: z.boolean(),
  });
}
