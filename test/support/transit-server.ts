import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** Speaks the transit engine's protocol with real AES-256-GCM: what HashiCorp Vault and OpenBao answer for keys of type aes256-gcm96. */
export interface TransitServer {
  readonly url: string;
  /** As `vault write -f transit/keys/KEY/rotate`. */
  rotate(): void;
  /** How it answers: as it should, sealed (503), or with a token that is refused. */
  mode: 'serving' | 'sealed' | 'cut';
  readonly calls: string[];
  stop(): Promise<void>;
}

export async function startTransit(token: string, key = 'registrar'): Promise<TransitServer> {
  const versions = [randomBytes(32)];
  const calls: string[] = [];
  const state: { mode: TransitServer['mode'] } = { mode: 'serving' };
  const server = createServer((request, response) => {
    void (async () => {
      calls.push(`${request.method ?? ''} ${request.url ?? ''}`);
      if (state.mode === 'cut') return void request.socket.destroy();
      const [status, body] = state.mode === 'sealed' ? [503, { errors: ['Vault is sealed'] }] : await answer(request, token, key, versions);
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    })();
  });
  await listening(server);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    rotate: () => void versions.push(randomBytes(32)),
    get mode() {
      return state.mode;
    },
    set mode(mode) {
      state.mode = mode;
    },
    calls,
    stop: () => closed(server),
  };
}

type Answer = readonly [number, object];
const refused = (reason: string): Answer => [400, { errors: [reason] }];

async function answer(request: IncomingMessage, token: string, key: string, versions: readonly Buffer[]): Promise<Answer> {
  if (request.headers['x-vault-token'] !== token) return [403, { errors: ['permission denied'] }];
  const body = JSON.parse((await text(request)) || '{}') as { plaintext?: string; ciphertext?: string; associated_data?: string };
  const associated = Buffer.from(body.associated_data ?? '', 'base64');
  switch (`${request.method ?? ''} ${request.url ?? ''}`) {
    case `GET /v1/transit/keys/${key}`:
      return [200, { data: { name: key, type: 'aes256-gcm96', latest_version: versions.length } }];
    case `POST /v1/transit/encrypt/${key}`:
      return [
        200,
        {
          data: {
            ciphertext: `vault:v${versions.length}:${encrypt(versions.at(-1), Buffer.from(body.plaintext ?? '', 'base64'), associated)}`,
          },
        },
      ];
    case `POST /v1/transit/decrypt/${key}`: {
      const [, version, sealed = ''] = /^vault:v(\d+):(.+)$/.exec(body.ciphertext ?? '') ?? [];
      const plain = decrypt(versions[Number(version) - 1], Buffer.from(sealed, 'base64'), associated);
      return plain ? [200, { data: { plaintext: plain.toString('base64') } }] : refused('cipher: message authentication failed');
    }
    default:
      return [404, { errors: [] }];
  }
}

function encrypt(key: Buffer | undefined, plain: Buffer, associated: Buffer): string {
  if (!key) throw new Error('There is no such version');
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: 16 });
  cipher.setAAD(associated);
  return Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()]).toString('base64');
}

/** Shared with the KMS: undefined where the bytes are not what the key encrypted for this associated data. */
export function decrypt(key: Buffer | undefined, sealed: Buffer, associated: Buffer): Buffer | undefined {
  if (!key || sealed.length < 28) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12), { authTagLength: 16 });
  decipher.setAAD(associated);
  decipher.setAuthTag(sealed.subarray(-16));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]);
  } catch {
    return undefined;
  }
}

export { encrypt };

export async function listening(server: Server): Promise<void> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
}

export function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve, reject) => {
    server.close((error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}
