import { readFile } from 'node:fs/promises';
import { request as http } from 'node:http';
import { request as https } from 'node:https';
import { Secret } from '@registrar/secret';
import { z } from 'zod';
import { canonicalBytes } from './canonical.js';
import type { KeyEncryptionKey } from './kek.js';
import { kekWrong } from './kek-ring.js';
import { vaultProblem } from './vault.problems.js';

export interface TransitPlace {
  /** Of the server, without the API's path: `https://vault.example:8200`. */
  readonly address: string;
  readonly mount: string;
  readonly key: string;
  readonly namespace?: string;
  /** Read anew for every call: an agent renews it there. */
  readonly tokenFile: string;
}

const DEADLINE_MS = 10_000;
const MAX_ANSWER = 64 * 1024;
const encrypted = z.object({ data: z.object({ ciphertext: z.string().regex(/^vault:v[1-9]\d*:/) }) });
const decrypted = z.object({ data: z.object({ plaintext: z.base64() }) });
const described = z.object({ data: z.object({ latest_version: z.int().positive(), type: z.string() }) });

/** A key of the transit engine of HashiCorp Vault or OpenBao (type `aes256-gcm96`, for its associated data). The key never leaves the server. */
export function transitKeyEncryptionKey(place: TransitPlace): KeyEncryptionKey {
  const id = `transit:${new URL(place.address).host}/${place.mount}/${place.key}`;
  const call = async <T>(method: string, path: string, schema: z.ZodType<T>, body?: object): Promise<T> => {
    const { status, text } = await exchange(place, method, path, id, body);
    if (status === 403) throw vaultProblem('vault.kek_denied', { detail: `${id} answered 403.` });
    if (status === 400 && path.startsWith('decrypt/')) throw vaultProblem('vault.integrity');
    const answer = status === 200 ? schema.safeParse(parsed(text)) : undefined;
    if (!answer?.success) throw vaultProblem('vault.kek_unavailable', { detail: `${id} answered ${status}.` });
    return answer.data;
  };
  return {
    id,
    current: async () => {
      const { data } = await call('GET', `keys/${place.key}`, described);
      if (data.type !== 'aes256-gcm96')
        throw vaultProblem('vault.kek_unsafe', { detail: `${id} is a key of type ${data.type}, not aes256-gcm96.` });
      return { id, version: data.latest_version };
    },
    wrap: async (key, associated) => {
      const bound = { plaintext: Buffer.from(key).toString('base64'), associated_data: canonicalBytes(associated).toString('base64') };
      const { data } = await call('POST', `encrypt/${place.key}`, encrypted, bound);
      return { kekId: id, kekVersion: versionOf(data.ciphertext), bytes: Buffer.from(data.ciphertext, 'ascii') };
    },
    unwrap: async (wrapped, associated) => {
      if (wrapped.kekId !== id) throw kekWrong(wrapped.kekId, [id]);
      const bound = { ciphertext: wrapped.bytes.toString('ascii'), associated_data: canonicalBytes(associated).toString('base64') };
      const { data } = await call('POST', `decrypt/${place.key}`, decrypted, bound);
      return Buffer.from(data.plaintext, 'base64');
    },
  };
}

/** Of `vault:v3:…`. */
function versionOf(ciphertext: string): number {
  return Number(ciphertext.slice('vault:v'.length).split(':', 1)[0]);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

async function exchange(place: TransitPlace, method: string, path: string, id: string, body?: object): Promise<Answer> {
  const token = await readFile(place.tokenFile, 'utf8').catch(() => {
    throw vaultProblem('vault.kek_denied', { detail: `The token of ${id} cannot be read: KEK_TOKEN_FILE.` });
  });
  const url = new URL(`/v1/${place.mount}/${path}`, place.address);
  try {
    return await send(url, method, Secret.of(token.trim()), place.namespace, body);
  } catch {
    // The reason may hold what was sent.
    throw vaultProblem('vault.kek_unavailable', { detail: `${id} could not be reached, or gave no whole answer.` });
  }
}

function send(url: URL, method: string, token: Secret, namespace: string | undefined, body: object | undefined): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const text = body && JSON.stringify(body);
    const headers = {
      'x-vault-token': token.expose(),
      'x-vault-request': 'true',
      ...(namespace === undefined ? {} : { 'x-vault-namespace': namespace }),
      ...(text === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
    };
    const open = url.protocol === 'https:' ? https : http;
    const sent = open(url, { method, headers, signal: AbortSignal.timeout(DEADLINE_MS) }, (answer) => {
      const chunks: Buffer[] = [];
      let length = 0;
      answer.on('data', (chunk: Buffer) => {
        length += chunk.length;
        if (length > MAX_ANSWER) answer.destroy(new Error('The answer is too long'));
        else chunks.push(chunk);
      });
      answer.on('end', () => {
        resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') });
      });
      answer.on('error', reject);
      answer.on('close', () => {
        if (!answer.complete) reject(new Error('The answer was cut'));
      });
    });
    sent.on('error', reject);
    sent.end(text);
  });
}
