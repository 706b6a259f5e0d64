import { Pkcs11Failure } from './pkcs11-code.js';
import { word, type Pkcs11Frame, type Piece } from './pkcs11-frame.js';
import { findKey } from './pkcs11-key.js';
import { logIn } from './pkcs11-login.js';
import type { Pkcs11Run } from './pkcs11-run.js';
import type { Pkcs11Module } from './pkcs11-module.js';
import type { Pkcs11Function } from './pkcs11-native.js';
import { findSlot } from './pkcs11-slot.js';
import { pkcs11Id, type Pkcs11Place } from './pkcs11-uri.js';
import { randomBytes } from './random.js';
import { vaultProblem } from './vault.problems.js';

const CKF_SERIAL_SESSION = 4;
const CKM_AES_GCM = 0x1087;
const IV = 12;
const TAG = 16;
/** For a module that answers more than it should, which is then seen. */
const SPARE = 64;
const CANARY = Buffer.from('registrar/v1 pkcs11 canary');

/** A session that is logged in and has found its key. For one thing at a time: that is all that PKCS#11 promises of a session. */
export class Pkcs11Session {
  private constructor(
    private readonly run: Pkcs11Run,
    private readonly place: Pkcs11Place,
    private readonly session: bigint,
    private readonly key: bigint,
  ) {}

  /**
   * Opens it, and has the key encrypt and decrypt something of no worth once: what cannot work is known now.
   * @throws Pkcs11Failure | Problem vault.kek_missing | vault.kek_unsafe | vault.kek_denied
   */
  static open(module: Pkcs11Module, place: Pkcs11Place, signal: AbortSignal): Promise<Pkcs11Session> {
    return module.initialised(async (run) => {
      signal.throwIfAborted();
      const slot = await findSlot(run, place);
      const frame = run.frame();
      const handle = frame.words(0);
      await run.call('C_OpenSession', slot.id, CKF_SERIAL_SESSION, 0, 0, handle.at);
      try {
        await logIn(run, slot, word(handle), place);
        const session = new Pkcs11Session(run, place, word(handle), await findKey(run, word(handle), place));
        await session.encrypt(randomBytes(32), CANARY);
        return session;
      } catch (error) {
        await run.answer('C_CloseSession', word(handle));
        throw error;
      }
    });
  }

  /**
   * What does not open again is never given back: a key that was wrapped so would be lost, with all that it seals.
   * @returns IV, ciphertext and tag. @throws Pkcs11Failure | Problem vault.kek_unsafe
   */
  async encrypt(plain: Uint8Array, associated: Uint8Array): Promise<Buffer> {
    const iv = randomBytes(IV);
    return this.#framed(async (frame) => {
      const [given, mechanism] = [frame.put(plain), gcm(frame, iv, associated)];
      const out = await this.#crypt(frame, 'C_Encrypt', mechanism.row, given, plain.length + TAG + SPARE);
      if (out.length !== plain.length + TAG || !mechanism.iv.bytes.equals(iv))
        throw unsafe(this.place, 'the module makes an IV of its own, which is not supported');
      const again = await this.#crypt(frame, 'C_Decrypt', mechanism.row, frame.put(out), out.length + SPARE);
      if (!again.equals(plain)) throw unsafe(this.place, 'the module does not open what it encrypted');
      return Buffer.concat([iv, out]);
    });
  }

  /** @returns nothing where these bytes are not what this key encrypted for this. @throws Pkcs11Failure | Problem vault.kek_unsafe */
  async decrypt(wrapped: Buffer, associated: Uint8Array): Promise<Buffer | undefined> {
    if (wrapped.length < IV + TAG) return undefined;
    try {
      return await this.#framed(async (frame) => {
        const { row } = gcm(frame, wrapped.subarray(0, IV), associated);
        const out = await this.#crypt(frame, 'C_Decrypt', row, frame.put(wrapped.subarray(IV)), wrapped.length + SPARE);
        return Buffer.from(Uint8Array.from(out).buffer);
      });
    } catch (error) {
      if (!(error instanceof Pkcs11Failure) || error.called !== 'C_Decrypt') throw error;
      if (error.notOurs) return undefined;
      // Many modules answer the same to a wrong tag and to a fault of their own: it is these bytes where others still open.
      await this.encrypt(randomBytes(32), CANARY).catch(() => {
        throw error;
      });
      return undefined;
    }
  }

  /** Says nothing where it is gone already. */
  async close(): Promise<void> {
    await this.run.answer('C_CloseSession', this.session);
  }

  async #crypt(frame: Pkcs11Frame, name: 'C_Encrypt' | 'C_Decrypt', mechanism: Piece, given: Piece, room: number): Promise<Buffer> {
    const init: Pkcs11Function = name === 'C_Encrypt' ? 'C_EncryptInit' : 'C_DecryptInit';
    const [out, length] = [frame.room(room), frame.words(room)];
    await this.run.call(init, this.session, mechanism.at, this.key);
    await this.run.call(name, this.session, given.at, given.bytes.length, out.at, length.at);
    return out.bytes.subarray(0, Number(word(length)));
  }

  async #framed<T>(work: (frame: Pkcs11Frame) => Promise<T>): Promise<T> {
    const frame = this.run.frame();
    try {
      return await work(frame);
    } finally {
      frame.wipe();
    }
  }
}

/** CK_MECHANISM with CK_GCM_PARAMS: IV, its bytes and bits, associated data, its bytes, bits of the tag. */
function gcm(frame: Pkcs11Frame, nonce: Uint8Array, associated: Uint8Array): { readonly row: Piece; readonly iv: Piece } {
  const [iv, data] = [frame.put(nonce), frame.put(associated)];
  const parameters = frame.words(iv.at, IV, IV * 8, data.at, associated.length, TAG * 8);
  return { row: frame.words(CKM_AES_GCM, parameters.at, parameters.bytes.length), iv };
}

function unsafe(place: Pkcs11Place, why: string) {
  return vaultProblem('vault.kek_unsafe', { detail: `${pkcs11Id(place)}: ${why}.` });
}
