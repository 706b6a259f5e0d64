import { randomBytes } from 'node:crypto';
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { answering, behindItsBack, ObservedModule } from '../../../test/support/observed-module.js';
import { until } from '../../../test/support/part.js';
import { SOFTHSM_WANTED, withoutSoftHsm } from '../../../test/support/softhsm.js';
import type { KeyEncryptionKey } from './index.js';
import type { Pkcs11Function } from './pkcs11-native.js';

const BINDING = ['registrar/v1 data key', 'workspace', '', 'key', 'seal'];
const NAMES = 'token=registrar;object=kek';
const wrap = (kek: KeyEncryptionKey) => kek.wrap(randomBytes(32), BINDING);
const refusal = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (reason: unknown) => reason as Error,
  );

describe.skipIf(withoutSoftHsm)(`a key behind PKCS#11 that is lost and comes back${SOFTHSM_WANTED}`, () => {
  let module: ObservedModule;
  beforeAll(() => {
    module = new ObservedModule();
  });
  afterEach(() => module.reset());
  afterAll(() => {
    module.hsm.stop();
  });

  it.each([
    ['the module is ended behind its back', 'C_Finalize', () => 0n],
    ['its sessions are closed', 'C_CloseAllSessions', () => module.lastOf('C_OpenSession')],
    ['it is logged out', 'C_Logout', () => module.lastOf('C_Login')],
  ])('when %s: opened anew, and tried once more', async (_name, call, given) => {
    const [kek, key] = [module.open(NAMES), randomBytes(32)];
    const wrapped = await kek.wrap(key, BINDING);
    expect(behindItsBack(module.hsm, call, given())).toBe(0);
    expect((await kek.unwrap(wrapped, BINDING)).equals(key)).toBe(true);
    expect(behindItsBack(module.hsm, call, given())).toBe(0);
    const many = await Promise.all(Array.from({ length: 10 }, () => kek.wrap(key, BINDING)));
    for (const one of many) expect((await kek.unwrap(one, BINDING)).equals(key)).toBe(true);
  });

  it('is not unloaded while it is in use, however much memory is given back', async () => {
    const kek = module.open(NAMES);
    await kek.current();
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    for (let round = 0; round < 5; round += 1) {
      await setImmediate();
      collect();
    }
    expect(await wrap(kek)).toMatchObject({ kekId: kek.id });
  });

  it('when the token is pulled out: unavailable meanwhile, then it goes on by itself', async () => {
    const kek = module.open(NAMES);
    const wrapped = await wrap(kek);
    const [tokens, away] = [join(module.hsm.folder, 'tokens'), join(module.hsm.folder, 'away')];
    renameSync(tokens, away);
    mkdirSync(tokens);
    behindItsBack(module.hsm, 'C_Finalize', 0n);
    const missed = [await refusal(wrap(kek)), await refusal(kek.unwrap(wrapped, BINDING))];
    rmSync(tokens, { recursive: true });
    renameSync(away, tokens);
    for (const error of missed)
      expect(error).toMatchObject({ code: 'vault.kek_unavailable', message: `${kek.id}: the module has no such token now.` });
    await until('the token is found again', async () => (await refusal(kek.unwrap(wrapped, BINDING))) === undefined);
    expect(await kek.unwrap(wrapped, BINDING)).toHaveLength(32);
  });

  it.each(['CKR_DEVICE_REMOVED', 'CKR_TOKEN_NOT_PRESENT', 'CKR_DEVICE_ERROR', 'CKR_SESSION_HANDLE_INVALID', 'CKR_USER_NOT_LOGGED_IN'])(
    'when the module answers %s: once is mended, more is told by that name',
    async (code) => {
      const kek = module.open(NAMES);
      await kek.current();
      let times = 1;
      module.instead.C_EncryptInit = (real) => ((times -= 1) >= 0 ? answering(code)() : real());
      expect(await wrap(kek)).toMatchObject({ kekId: kek.id });
      times = 1_000;
      expect(await refusal(wrap(kek))).toMatchObject({
        code: code === 'CKR_USER_NOT_LOGGED_IN' ? 'vault.kek_denied' : 'vault.kek_unavailable',
        message: `${kek.id}: C_EncryptInit answered ${code}.`,
      });
      times = 0;
      expect(await wrap(kek)).toMatchObject({ kekId: kek.id });
    },
  );

  it('a fault of the module itself is not taken for changed bytes', async () => {
    const kek = module.open(NAMES);
    const wrapped = await wrap(kek);
    module.instead.C_Decrypt = answering('CKR_AEAD_DECRYPT_FAILED');
    expect(await refusal(kek.unwrap(wrapped, BINDING))).toMatchObject({ code: 'vault.integrity' });
    module.instead.C_Decrypt = answering('CKR_GENERAL_ERROR');
    expect(await refusal(kek.unwrap(wrapped, BINDING))).toMatchObject({
      code: 'vault.kek_unavailable',
      message: `${kek.id}: C_Decrypt answered CKR_GENERAL_ERROR.`,
    });
  });

  it('a module that hangs is unavailable after a time, takes two threads at most, and goes on when it answers', async () => {
    const kek = module.open(NAMES, { deadlineMs: 400 });
    await kek.current();
    const hanging: (() => void)[] = [];
    module.instead.C_EncryptInit = async (real) => {
      await new Promise<void>((resolve) => hanging.push(resolve));
      return real();
    };
    for (const error of await Promise.all(Array.from({ length: 6 }, () => refusal(wrap(kek)))))
      expect(error).toMatchObject({ code: 'vault.kek_unavailable', message: `${kek.id}: no answer within 0.4 s.` });
    expect(hanging).toHaveLength(2);
    module.instead = {};
    for (const answer of hanging) answer();
    await until('it answers', async () => (await refusal(wrap(kek))) === undefined);
  });

  it('fifty things at once use two sessions, one thing at a time in each, and never more than two calls', async () => {
    const kek = module.open(NAMES);
    let [now, most] = [0, 0];
    const begun = new Map<bigint, Pkcs11Function>();
    const mixed: bigint[] = [];
    const counted = async (real: () => Promise<number>) => {
      most = Math.max(most, (now += 1));
      const answer = await real();
      now -= 1;
      return answer;
    };
    for (const [init, then] of [
      ['C_EncryptInit', 'C_Encrypt'],
      ['C_DecryptInit', 'C_Decrypt'],
    ] as const) {
      module.instead[init] = (real, [session = 0n]) => {
        if (begun.has(session)) mixed.push(session);
        begun.set(session, then);
        return counted(real);
      };
      module.instead[then] = (real, [session = 0n]) => {
        if (begun.get(session) !== then) mixed.push(session);
        begun.delete(session);
        return counted(real);
      };
    }
    const opened = await Promise.all(
      Array.from({ length: 50 }, async (_, n) => {
        const [key, binding] = [randomBytes(32), [...BINDING, `${n}`]];
        return (await kek.unwrap(await kek.wrap(key, binding), binding)).equals(key);
      }),
    );
    expect({ opened: opened.filter((same) => same).length, mixed, most }).toEqual({ opened: 50, mixed: [], most: 2 });
    const counts = (['C_OpenSession', 'C_Login', 'C_Initialize'] as const).map((name) => module.count(name));
    expect(counts).toEqual([2, 1, 1]);
  });
});
