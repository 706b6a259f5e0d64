import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SystemClock } from '@registrar/clock';
import { openDatabase } from '@registrar/database';
import { fileKeyEncryptionKey, openVault } from '@registrar/vault';
import { LyingServer } from '../hostile/lying-server.js';
import type { Canary } from './canaries.js';
import type { ShownRegistration } from './onboarding.js';
import { freePort, until } from './part.js';
import { startStack, type Answer, type Stack } from './stack.js';

export interface Asked {
  readonly body?: unknown;
  readonly key?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The member of the answer that is a secret and was asked for: it is known from then on, and the answer is no sink. */
  readonly gives?: string;
}

/** A stack at the finest log level, every secret that came into it or out of it, and what it answered. */
export interface SecretWorld {
  readonly stack: Stack;
  readonly lying: LyingServer;
  readonly metricsPort: number;
  readonly canaries: readonly Canary[];
  /** Everything that the API answered where nobody had asked for a secret. */
  readonly answers: readonly string[];
  /** From now on it is looked for. Nothing where it is undefined or shorter than eight bytes. */
  know(name: string, text: string | Buffer | undefined): void;
  ask<Body = Record<string, unknown>>(method: string, path: string, asked?: Asked): Promise<Answer<Body>>;
  /** The registration once its operation goes on by itself no more. */
  ended(id: string): Promise<ShownRegistration>;
  /** Opens whatever lies in the vault at this moment by its keys, and knows it, and the keys. */
  knowWhatIsSealed(): Promise<void>;
  stop(): Promise<void>;
}

export async function secretWorld(): Promise<SecretWorld> {
  const metricsPort = await freePort();
  const lying = await LyingServer.start();
  const stack = await startStack({
    env: {
      LOG_LEVEL: 'trace',
      METRICS_PORT: String(metricsPort),
      PROOF_LADDER_MS: '0,100',
      DEREGISTER_LADDER_MS: '100',
      SWEEP_INTERVAL_MS: '200',
    },
    sandboxEnv: { SANDBOX_HOSPITALS: '2', SANDBOX_SIMULATE: 'curity,ibm,oauth_overlap' },
  });
  const known = new Map<string, Canary>();
  const answers: string[] = [];
  const know: SecretWorld['know'] = (name, text) => {
    if (text === undefined || Buffer.byteLength(text) < 8) return;
    const key = Buffer.from(text).toString('base64');
    if (!known.has(key)) known.set(key, { name, text });
  };
  know('the owner key', stack.ownerKey);
  const kek = fileKeyEncryptionKey(join(stack.home, 'kek'), { createIfMissing: false });
  know('the key-encryption key', readFileSync(join(stack.home, 'kek')));
  return {
    stack,
    lying,
    metricsPort,
    answers,
    know,
    get canaries() {
      return [...known.values()];
    },
    async ask<Body>(method: string, path: string, { gives, ...asked }: Asked = {}) {
      const answer = await stack.call<Body>(method, path, asked);
      const given = gives === undefined ? undefined : (answer.body as Record<string, unknown>)[gives];
      if (typeof given === 'string') know(gives ?? '', given);
      else answers.push(`${method} ${path} ${answer.status} ${JSON.stringify(answer.body)} ${JSON.stringify([...answer.headers])}`);
      return answer;
    },
    ended: (id) =>
      until(`the operation of ${id} to end`, async () => {
        const { body } = await stack.call<ShownRegistration>('GET', `/v1/registrations/${id}`);
        return ['queued', 'running'].includes(body.operation.status) ? undefined : body;
      }),
    knowWhatIsSealed: () => sealedIn(stack, kek, know),
    async stop() {
      await stack.stop();
      await lying.stop();
    },
  };
}

interface SealedRow {
  workspace_id: string;
  tenant_id: string | null;
  subject_id: string;
  kind: string;
  version: number;
  sealed: Buffer;
}
interface KeyRow {
  workspace_id: string;
  tenant_id: string | null;
  id: string;
  purpose: string;
  kek_id: string;
  kek_version: number;
  wrapped: Buffer;
}

async function sealedIn(stack: Stack, kek: ReturnType<typeof fileKeyEncryptionKey>, know: SecretWorld['know']): Promise<void> {
  const database = await openDatabase({ url: stack.database.databaseUrl, poolSize: 2, applicationName: 'secrets' });
  const { vault } = await openVault(database, kek, new SystemClock());
  for (const row of await stack.query<SealedRow>('SELECT * FROM secrets')) {
    const owner = { workspaceId: row.workspace_id, ...(row.tenant_id === null ? {} : { tenantId: row.tenant_id }) };
    const secret = await vault
      .open(owner, { subjectId: row.subject_id, kind: row.kind, version: row.version }, row.sealed)
      .catch(() => undefined);
    // Its key was shredded since the row was read: nobody can open it any more.
    if (!secret) continue;
    const text = secret.expose();
    know(`a sealed ${row.kind}`, text);
    if (text.startsWith('{')) know('a private half', (JSON.parse(text) as { d?: string }).d);
  }
  for (const key of await stack.query<KeyRow>('SELECT * FROM keyring.data_keys WHERE wrapped IS NOT NULL')) {
    const binding = ['registrar/v1 data key', key.workspace_id, key.tenant_id ?? '', key.id, key.purpose];
    know('a data key', await kek.unwrap({ kekId: key.kek_id, kekVersion: key.kek_version, bytes: key.wrapped }, binding));
  }
  vault.close();
  await database.close();
}
