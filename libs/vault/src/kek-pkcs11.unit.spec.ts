import { randomBytes } from 'node:crypto';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { answering, changeNumber, ObservedModule } from '../../../test/support/observed-module.js';
import { SOFTHSM_WANTED, withoutSoftHsm } from '../../../test/support/softhsm.js';
import { openKek, type KeyEncryptionKey } from './index.js';

const BINDING = ['registrar/v1 data key', 'workspace', '', 'key', 'seal'];
const [NAMES, PIN] = ['token=registrar;object=kek', '2468013579'];
const wrap = (kek: KeyEncryptionKey) => kek.wrap(randomBytes(32), BINDING);
/** How it was refused, which never tells the PIN. */
const refusal = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason as Error,
  );
  expect(String(error) + JSON.stringify(error)).not.toContain(PIN);
  return error;
};
const refused = (code: string, words: string) => ({ code, message: expect.stringContaining(words) as string });

describe.skipIf(withoutSoftHsm)(`a key behind PKCS#11${SOFTHSM_WANTED}`, () => {
  let module: ObservedModule;
  beforeAll(() => {
    module = new ObservedModule();
  });
  afterEach(() => module.reset());
  afterAll(() => {
    module.hsm.stop();
  });

  describe('is refused at the start', () => {
    it('with a wrong PIN, which is tried once and not again before its file changes', async () => {
      const pinFile = join(module.hsm.folder, 'wrong');
      writeFileSync(pinFile, '1111111', { mode: 0o600 });
      const kek = module.open(NAMES, { pinFile });
      expect(await refusal(kek.current())).toMatchObject(refused('vault.kek_denied', 'CKR_PIN_INCORRECT'));
      for (const error of await Promise.all([kek.current(), wrap(kek)].map(refusal)))
        expect(error).toMatchObject(refused('vault.kek_denied', 'not tried again'));
      expect(module.count('C_Login')).toBe(1);
      writeFileSync(pinFile, PIN);
      expect(await wrap(kek)).toMatchObject({ kekId: kek.id });
    });

    it.each([
      ['one more wrong PIN locks it', 0x20_000n],
      ['its PIN is locked', 0x40_000n],
      ['its PIN has to be changed', 0x80_000n],
    ])('where the token says that %s, and no PIN is tried', async (words, flag) => {
      module.instead.C_GetTokenInfo = async (real, [, info = 0n]) => {
        const answer = await real();
        changeNumber(info + 96n, 'uint64_t', (flags) => flags | flag);
        return answer;
      };
      expect(await refusal(module.open(NAMES).current())).toMatchObject(refused('vault.kek_denied', words));
      expect(module.count('C_Login')).toBe(0);
    });

    it('with a PIN that everybody may read, an empty one, and none', async () => {
      const pinFile = join(module.hsm.folder, 'open');
      writeFileSync(pinFile, PIN);
      chmodSync(pinFile, 0o644);
      expect(await refusal(module.open(NAMES, { pinFile }).current())).toMatchObject(refused('vault.kek_unsafe', '0600'));
      writeFileSync(pinFile, '\n');
      chmodSync(pinFile, 0o600);
      expect(await refusal(module.open(NAMES, { pinFile }).current())).toMatchObject(refused('vault.kek_unsafe', 'no PIN'));
      expect(await refusal(module.open(NAMES, { pinFile: '/nowhere' }).current())).toMatchObject(refused('vault.kek_denied', 'pin-source'));
      expect(module.count('C_Login')).toBe(0);
    });

    it.each([
      ['no such key', 'token=registrar;object=other', 'vault.kek_missing', 'pkcs11:token=registrar;object=other'],
      ['no key of this label and this id', 'token=registrar;object=kek;id=%02', 'vault.kek_missing', 'id=%02'],
      ['no such token', 'token=other;object=kek', 'vault.kek_unavailable', 'no such token'],
      ['no token of this serial', 'token=registrar;serial=0;object=kek', 'vault.kek_unavailable', 'no such token'],
    ])('where there is %s', async (_name, names, code, words) => {
      expect(await refusal(module.open(names).current())).toMatchObject(refused(code, words));
    });

    it.each([
      ['extractable', 'may be taken out of the token'],
      ['readable', 'is not sensitive'],
      ['short', 'is not of 256 bits'],
    ] as const)('with a key that is %s', async (fault, words) => {
      module.hsm.makeKey(fault, '10', { faults: [fault] });
      expect(await refusal(wrap(module.open(`token=registrar;object=${fault}`)))).toMatchObject(refused('vault.kek_unsafe', words));
      expect(module.count('C_EncryptInit')).toBe(0);
    });

    it('where two keys or two tokens have the name, until it says which', async () => {
      module.hsm.makeKey('twin', '21');
      module.hsm.makeKey('twin', '22');
      module.hsm.makeToken('twins');
      module.hsm.makeToken('twins');
      expect(await refusal(module.open('token=registrar;object=twin').current())).toMatchObject(
        refused('vault.kek_unsafe', 'more than one'),
      );
      expect(await module.open('token=registrar;object=twin;id=%22').current()).toMatchObject({ version: 1 });
      expect(await refusal(module.open('token=twins;object=kek').current())).toMatchObject(refused('vault.kek_unsafe', 'serial='));
    });

    it('without a module, with a file that is none, and without koffi', async () => {
      for (const modulePath of ['/nowhere/hsm.so', module.hsm.pinFile]) {
        const error = await refusal(module.open(NAMES, { modulePath }).current());
        expect(error).toMatchObject(refused('vault.kek_unsafe', `${modulePath} cannot be loaded as a PKCS#11 module.`));
      }
      vi.doMock('koffi', () => {
        throw new Error('Cannot find package');
      });
      vi.resetModules();
      try {
        const { openKek: openWithout } = await import('./index.js');
        const kek = openWithout(module.hsm.address(NAMES));
        expect(await refusal(kek.current())).toMatchObject(refused('vault.kek_unsafe', 'needs the package koffi'));
      } finally {
        vi.doUnmock('koffi');
        vi.resetModules();
      }
    });

    it.each([
      ['has no AES-GCM', { C_EncryptInit: answering('CKR_MECHANISM_INVALID') }, 'AES-GCM'],
      ['cannot be used by several threads', { C_Initialize: answering('CKR_CANT_LOCK') }, 'CKR_CANT_LOCK'],
    ])('where the module %s', async (_name, answers, words) => {
      module.instead = answers;
      expect(await refusal(module.open(NAMES).current())).toMatchObject(refused('vault.kek_unsafe', words));
    });
  });

  describe('never gives back what would not open', () => {
    it('where the module appends an IV of its own', async () => {
      module.instead.C_Encrypt = async (real, [, , , , length = 0n]) => {
        const answer = await real();
        changeNumber(length, 'uint64_t', (bytes) => bytes + 12n);
        return answer;
      };
      expect(await refusal(wrap(module.open(NAMES)))).toMatchObject(refused('vault.kek_unsafe', 'an IV of its own'));
    });

    it('where the module encrypts something else', async () => {
      const kek = module.open(NAMES);
      await kek.current();
      module.instead.C_Encrypt = async (real, [, , , out = 0n]) => {
        const answer = await real();
        changeNumber(out, 'uint8_t', (byte) => byte ^ 1n);
        return answer;
      };
      expect(await refusal(wrap(kek))).toMatchObject(refused('vault.kek_unavailable', 'C_Decrypt'));
    });
  });

  it('is ended by the last who holds the module, once', async () => {
    module.hsm.makeKey('next', '02');
    const modulePath = module.path();
    const [one, other] = [NAMES, 'token=registrar;object=next'].map((names) => module.open(names, { modulePath }));
    if (!one || !other) throw new Error('There are two');
    const wrapped = await wrap(one);
    await other.current();
    await one.close?.();
    expect(module.count('C_Finalize')).toBe(0);
    expect(await refusal(other.unwrap({ ...wrapped, kekId: other.id }, BINDING))).toMatchObject({ code: 'vault.integrity' });
    await Promise.all([other.close?.(), one.close?.()]);
    await other.close?.();
    expect(module.count('C_Finalize')).toBe(1);
    expect(module.count('C_OpenSession')).toBe(module.count('C_CloseSession'));
  });

  it('leaves no key and no PIN in the memory that the module was given', async () => {
    const [kek, key] = [module.open(NAMES), randomBytes(32)];
    await kek.unwrap(await kek.wrap(key, BINDING), BINDING);
    expect(module.memory.length).toBeGreaterThan(5);
    expect(module.memory.filter((memory) => memory.includes(key) || memory.includes(PIN))).toEqual([]);
  });

  it('is opened by its address alone', async () => {
    const kek = openKek(module.hsm.address(NAMES));
    expect(await kek.current()).toEqual({ id: 'pkcs11:token=registrar;object=kek', version: 1 });
    await kek.close?.();
  });
});
