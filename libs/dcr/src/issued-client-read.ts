import type { Secret } from '@registrar/secret';
import { textOf, type ClientMetadata } from './client-metadata.js';
import { answerFinding } from './issued-client-finding.js';
import { readManagement } from './issued-client-management.js';
import { readGranted } from './issued-client-metadata.js';
import { readSecret, readSecretAgain } from './issued-client-secret.js';
import type { IssuedClient } from './issued-client.js';
import { isJsonObject, type JsonObject, type JsonValue } from './json-value.js';
import type { Finding } from './linter-finding.js';

const MAX_CLIENT_ID_BYTES = 2048;
const MIN_ECHO = 8;

/** What is known of the request when its answer is read. */
export interface IssuedContext {
  readonly sent: ClientMetadata;
  readonly endpoint: string;
  /** Credentials that went out with the request: a server may repeat them. */
  readonly secrets: readonly Secret[];
  readonly now: Date;
  /** Given where the answer is about a client that is managed already: what it leaves out stays as it was (B-08, K-39). */
  readonly stored?: { readonly registrationClientUri: string };
}

/** A client_id that can be kept and sent: a printable text of at most 2 KiB (A-31, A-42, U05, K-56). */
export function isUsableClientId(value: JsonValue | undefined): value is string {
  if (typeof value !== 'string' || value.trim() === '') return false;
  return Buffer.byteLength(value) <= MAX_CLIENT_ID_BYTES && !/[\p{Cc}\p{Surrogate}\p{Zl}\p{Zp}]/u.test(value);
}

/** Takes an answer that holds a usable client_id apart. Whatever else is wrong with it becomes a finding: the client exists. */
export function readIssuedClient(
  answer: JsonObject & { readonly client_id: string },
  context: IssuedContext,
  findings: Finding[],
): IssuedClient {
  const granted = readGranted(answer, context.sent, findings);
  const method = textOf(granted, 'token_endpoint_auth_method') ?? textOf(context.sent, 'token_endpoint_auth_method');
  const usesSecret = method?.startsWith('client_secret_') ?? false;
  const secret =
    context.stored === undefined ? readSecret(answer, usesSecret, context.now, findings) : readSecretAgain(answer, context.now, findings);
  const management = readManagement(answer, context, findings);
  const statement = context.sent['software_statement'];
  if (statement !== undefined && granted['software_statement'] !== statement)
    findings.push(answerFinding('statement.not_echoed', 'software_statement'));
  const credentials = [...context.secrets, secret.clientSecret, management.registrationAccessToken].filter((each) => each !== undefined);
  return { clientId: answer.client_id, ...secret, ...management, granted: withoutEchoes(withoutStatement(granted), credentials, findings) };
}

/** It holds people's addresses and is sealed where it came from (I-04): what the server repeats of it is looked at and not kept. */
function withoutStatement(granted: ClientMetadata): ClientMetadata {
  return Object.fromEntries(Object.entries(granted).filter(([member]) => member !== 'software_statement'));
}

/** The metadata is shown and stored in the open: a credential that the server repeats in it is cut out. */
function withoutEchoes(granted: ClientMetadata, credentials: readonly Secret[], findings: Finding[]): ClientMetadata {
  const plain = credentials.map((credential) => credential.expose()).filter((text) => text.length >= MIN_ECHO);
  const cut = (value: JsonValue): JsonValue => {
    if (typeof value === 'string') return plain.reduce((text, secret) => text.replaceAll(secret, '[redacted]'), value);
    if (Array.isArray(value)) return (value as readonly JsonValue[]).map(cut);
    if (!isJsonObject(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, cut(member)]));
  };
  const members = Object.entries(granted).map(([member, value]) => {
    const text = JSON.stringify(value);
    if (!plain.some((secret) => text.includes(JSON.stringify(secret).slice(1, -1)))) return [member, value] as const;
    findings.push(answerFinding('answer.echoed_secret', member));
    return [member, cut(value)] as const;
  });
  return Object.fromEntries(members);
}
