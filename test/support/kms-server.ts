import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { closed, decrypt, encrypt, listening } from './transit-server.js';

/** Speaks the JSON protocol of AWS KMS (Encrypt, Decrypt) with real AES-256-GCM, the encryption context as its associated data. */
export interface KmsServer {
  readonly url: string;
  mode: 'serving' | 'denied' | 'cut';
  stop(): Promise<void>;
}

interface Asked {
  readonly KeyId?: string;
  readonly Plaintext?: string;
  readonly CiphertextBlob?: string;
  readonly EncryptionContext?: Readonly<Record<string, string>>;
}

export async function startKms(keyArn: string): Promise<KmsServer> {
  const key = randomBytes(32);
  const state: { mode: KmsServer['mode'] } = { mode: 'serving' };
  const server = createServer((request, response) => {
    void (async () => {
      const asked = JSON.parse(await text(request)) as Asked;
      if (state.mode === 'cut') return void request.socket.destroy();
      const operation = String(request.headers['x-amz-target']).replace('TrentService.', '');
      const signed = /^AWS4-HMAC-SHA256 .*Signature=[0-9a-f]{64}$/.test(request.headers.authorization ?? '');
      const fault = (name: string) => [400, { __type: name, message: name }] as const;
      const [status, body] = (() => {
        if (state.mode === 'denied' || !signed) return fault('AccessDeniedException');
        if (asked.KeyId !== keyArn) return fault('NotFoundException');
        const context = Buffer.from(JSON.stringify(Object.entries(asked.EncryptionContext ?? {}).sort()));
        if (operation === 'Encrypt')
          return [200, { KeyId: keyArn, CiphertextBlob: encrypt(key, Buffer.from(asked.Plaintext ?? '', 'base64'), context) }] as const;
        const plain = decrypt(key, Buffer.from(asked.CiphertextBlob ?? '', 'base64'), context);
        return plain ? ([200, { KeyId: keyArn, Plaintext: plain.toString('base64') }] as const) : fault('InvalidCiphertextException');
      })();
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
    })();
  });
  await listening(server);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get mode() {
      return state.mode;
    },
    set mode(mode) {
      state.mode = mode;
    },
    stop: () => closed(server),
  };
}
