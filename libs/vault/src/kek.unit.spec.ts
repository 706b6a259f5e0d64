import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startKms, type KmsServer } from '../../../test/support/kms-server.js';
import { SOFTHSM_WANTED, startSoftHsm, withoutSoftHsm, type SoftHsm } from '../../../test/support/softhsm.js';
import { startTransit, type TransitServer } from '../../../test/support/transit-server.js';
import { fileKeyEncryptionKey, KekRing, openKek, type KeyEncryptionKey } from './index.js';

const ARN = 'arn:aws:kms:eu-central-1:000000000000:key/4f1c2d3e-0000-4000-8000-000000000001';
const TOKEN = 'transit-test-token';
const BINDING = ['registrar/v1 data key', 'workspace', '', 'key', 'seal'];
let folder: string;
let tokenFile: string;
let transit: TransitServer;
let kms: KmsServer;
let hsm: SoftHsm | undefined;
const opened: KeyEncryptionKey[] = [];
const environment = { ...process.env };

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'registrar-keks-'));
  tokenFile = join(folder, 'token');
  writeFileSync(tokenFile, `${TOKEN}\n`);
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: 'AKIATEST',
    AWS_SECRET_ACCESS_KEY: 'test-only',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: '1',
  });
  transit = await startTransit(TOKEN);
  kms = await startKms(ARN);
  hsm = withoutSoftHsm ? undefined : startSoftHsm();
});
afterAll(async () => {
  for (const kek of opened) await kek.close?.();
  hsm?.stop();
  // One by one: an object in place of process.env would reach no native code of this process any more.
  for (const name of Object.keys(process.env)) if (!(name in environment)) Reflect.deleteProperty(process.env, name);
  Object.assign(process.env, environment);
  await transit.stop();
  await kms.stop();
  rmSync(folder, { recursive: true });
});

interface Provider {
  readonly name: string;
  readonly id: RegExp;
  readonly open: () => KeyEncryptionKey;
  readonly needsSoftHsm?: true;
}

const PROVIDERS: readonly Provider[] = [
  { name: 'a file', id: /^file:[0-9a-f]{16}$/, open: () => fileKeyEncryptionKey(join(folder, 'kek'), { createIfMissing: true }) },
  {
    name: 'transit',
    id: /^transit:127\.0\.0\.1:\d+\/transit\/registrar$/,
    open: () => openKek(`transit:${transit.url}/transit/registrar`, tokenFile),
  },
  { name: 'AWS KMS', id: /^aws-kms:arn:aws:kms:/, open: () => openKek(`aws-kms:${ARN}?endpoint=${kms.url}`) },
  {
    name: `PKCS#11, by SoftHSM${SOFTHSM_WANTED}`,
    id: /^pkcs11:token=registrar;object=kek;id=%01$/,
    open: () => openKek(hsm?.address('id=%01;token=registrar;object=kek;type=secret-key') ?? ''),
    needsSoftHsm: true,
  },
];

describe.for(PROVIDERS)('the contract of key-encryption keys: $name', ({ id, open: openOne, needsSoftHsm }) => {
  const open = () => {
    const kek = openOne();
    opened.push(kek);
    return kek;
  };
  const promises = needsSoftHsm ? it.skipIf(withoutSoftHsm) : it;

  promises('wraps and unwraps, by another instance too, and never the same bytes twice', async () => {
    const [one, other, key] = [open(), open(), randomBytes(32)];
    const [first, second] = [await one.wrap(key, BINDING), await one.wrap(key, BINDING)];
    expect(first.kekId).toMatch(id);
    expect(await one.current()).toEqual({ id: first.kekId, version: first.kekVersion });
    expect(first.bytes.equals(second.bytes)).toBe(false);
    expect(first.bytes.includes(key)).toBe(false);
    expect((await other.unwrap(first, BINDING)).equals(key)).toBe(true);
  });

  promises.each([
    ['another binding', [...BINDING.slice(0, -1), 'audit']],
    ['parts that are joined otherwise', ['registrar/v1 data keyworkspace', '', '', 'key', 'seal']],
  ])('does not unwrap for %s (T15)', async (_name, binding) => {
    const wrapped = await open().wrap(randomBytes(32), BINDING);
    await expect(open().unwrap(wrapped, binding)).rejects.toMatchObject({ code: 'vault.integrity' });
  });

  promises('does not unwrap changed or cut bytes', async () => {
    const wrapped = await open().wrap(randomBytes(32), BINDING);
    const changed = Buffer.from(wrapped.bytes);
    const at = changed.length - 9;
    changed[at] = changed[at] === 0x41 ? 0x42 : 0x41;
    for (const bytes of [changed, wrapped.bytes.subarray(0, -8), Buffer.alloc(0)])
      await expect(open().unwrap({ ...wrapped, bytes }, BINDING)).rejects.toMatchObject({ code: 'vault.integrity' });
  });

  promises('names the key that is needed where it is another one, without asking anybody', async () => {
    const wrapped = await open().wrap(randomBytes(32), BINDING);
    await expect(open().unwrap({ ...wrapped, kekId: 'file:0123' }, BINDING)).rejects.toMatchObject({
      code: 'vault.kek_wrong',
      message: expect.stringContaining('file:0123') as string,
    });
  });

  promises('wraps and unwraps many at once, and again after it was closed', async () => {
    const kek = open();
    const keys = Array.from({ length: 50 }, (_, n) => ({ key: randomBytes(32), binding: [...BINDING, `${n}`] }));
    const wrapped = await Promise.all(keys.map(({ key, binding }) => kek.wrap(key, binding)));
    await kek.close?.();
    const unwrapped = await Promise.all(
      keys.map(({ binding }, n) => kek.unwrap(wrapped[n] ?? { kekId: '', kekVersion: 0, bytes: Buffer.of() }, binding)),
    );
    expect(unwrapped.map((key, n) => keys[n]?.key.equals(key))).toEqual(keys.map(() => true));
  });
});

describe('a key service that is away or refuses (fail closed)', () => {
  it('transit: sealed or cut is unavailable, a refused token is denied, and neither is told', async () => {
    const kek = openKek(`transit:${transit.url}/transit/registrar`, tokenFile);
    const wrapped = await kek.wrap(randomBytes(32), BINDING);
    for (const mode of ['sealed', 'cut'] as const) {
      transit.mode = mode;
      const calls = [() => kek.wrap(randomBytes(32), BINDING), () => kek.unwrap(wrapped, BINDING), () => kek.current()];
      for (const call of calls) await expect(call()).rejects.toMatchObject({ code: 'vault.kek_unavailable' });
    }
    transit.mode = 'serving';
    writeFileSync(tokenFile, 'another-token');
    const denied = await kek.unwrap(wrapped, BINDING).catch((error: unknown) => error as Error);
    expect(denied).toMatchObject({ code: 'vault.kek_denied' });
    expect(JSON.stringify(denied) + String(denied)).not.toContain('another-token');
    writeFileSync(tokenFile, TOKEN);
    expect(await kek.unwrap(wrapped, BINDING)).toHaveLength(32);
  });

  it('AWS KMS: the same', async () => {
    const kek = openKek(`aws-kms:${ARN}?endpoint=${kms.url}`);
    const wrapped = await kek.wrap(randomBytes(32), BINDING);
    kms.mode = 'denied';
    await expect(kek.unwrap(wrapped, BINDING)).rejects.toMatchObject({ code: 'vault.kek_denied' });
    kms.mode = 'cut';
    await expect(kek.unwrap(wrapped, BINDING)).rejects.toMatchObject({ code: 'vault.kek_unavailable' });
    kms.mode = 'serving';
    expect(await kek.unwrap(wrapped, BINDING)).toHaveLength(32);
  });
});

describe('a change of keys', () => {
  it('transit: after a rotation new keys are wrapped by the new version, and the old ones still open', async () => {
    const kek = openKek(`transit:${transit.url}/transit/registrar`, tokenFile);
    const before = await kek.wrap(randomBytes(32), BINDING);
    transit.rotate();
    const after = await kek.wrap(randomBytes(32), BINDING);
    expect(after.kekVersion).toBe(before.kekVersion + 1);
    expect(await kek.current()).toEqual({ id: before.kekId, version: after.kekVersion });
    expect(await kek.unwrap(before, BINDING)).toHaveLength(32);
  });

  it('a ring wraps by the newest and opens by whichever wrapped', async () => {
    const [old, fresh] = [PROVIDERS[0]?.open(), PROVIDERS[1]?.open()];
    if (!old || !fresh) throw new Error('There are two');
    const key = randomBytes(32);
    const wrapped = await old.wrap(key, BINDING);
    const ring = new KekRing(fresh, [old]);
    expect((await ring.wrap(key, BINDING)).kekId).toBe(fresh.id);
    expect((await ring.unwrap(wrapped, BINDING)).equals(key)).toBe(true);
    await expect(new KekRing(fresh).unwrap(wrapped, BINDING)).rejects.toMatchObject({ code: 'vault.kek_wrong' });
  });
});

describe('the address of a key', () => {
  it.each([
    ['nothing', 'kek'],
    ['a relative file', 'file:kek'],
    ['an unknown provider', 'vault:https://vault.example/transit/registrar'],
    ['an alias, which may come to mean another key', 'aws-kms:alias/registrar'],
    ['a token in the URL', 'transit:https://token@vault.example/transit/registrar'],
    ['no mount', 'transit:https://vault.example/registrar'],
    ['no web address', 'transit:vault.example/transit/registrar'],
  ])('is refused with %s, and is not told', (_name, address) => {
    expect(() => openKek(address, tokenFile)).toThrow(
      expect.objectContaining({ code: 'vault.kek_unsafe', message: expect.not.stringContaining(address) as string }) as Error,
    );
  });

  it('transit needs the file of its token', () => {
    expect(() => openKek('transit:https://vault.example/transit/registrar')).toThrow(
      expect.objectContaining({ code: 'vault.kek_unsafe' }) as Error,
    );
  });
});
