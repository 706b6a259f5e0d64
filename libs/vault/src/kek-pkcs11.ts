import { canonicalBytes } from './canonical.js';
import type { KeyEncryptionKey } from './kek.js';
import { kekWrong } from './kek-ring.js';
import { Pkcs11Failure } from './pkcs11-code.js';
import { Pkcs11Module, type LoadPkcs11 } from './pkcs11-module.js';
import { Pkcs11Pool } from './pkcs11-pool.js';
import { Pkcs11Session } from './pkcs11-session.js';
import { pkcs11Id, type Pkcs11Place } from './pkcs11-uri.js';
import { vaultProblem } from './vault.problems.js';
import { Problem } from '@registrar/problem';

const DEADLINE_MS = 10_000;
const SESSIONS = 2;

/**
 * An AES-256 key of a token behind PKCS#11: a hardware module's, or SoftHSM's. It encrypts and decrypts within the module, which it
 * never leaves. One version: another key has another name, and comes by KEK and KEK_PREVIOUS. `load` and `deadlineMs` are for tests.
 */
export function pkcs11KeyEncryptionKey(
  place: Pkcs11Place,
  { load, deadlineMs = DEADLINE_MS }: { readonly load?: LoadPkcs11; readonly deadlineMs?: number } = {},
): KeyEncryptionKey {
  const id = pkcs11Id(place);
  let held: Promise<Pkcs11Module> | undefined;
  const hold = () => (held ??= Pkcs11Module.hold(place.modulePath, load).catch(forget));
  const forget = (error: unknown) => {
    held = undefined;
    throw error;
  };
  const pool = new Pkcs11Pool(async (signal) => Pkcs11Session.open(await hold(), place, signal), SESSIONS);
  const use = async <T>(work: (session: Pkcs11Session) => Promise<T>): Promise<T> => {
    try {
      return await within(deadlineMs, (signal) => pool.use(signal, work));
    } catch (error) {
      throw failure(id, error);
    }
  };
  return {
    id,
    current: async () => {
      await use(() => Promise.resolve());
      return { id, version: 1 };
    },
    wrap: async (key, associated) => ({
      ...{ kekId: id, kekVersion: 1 },
      bytes: await use((session) => session.encrypt(key, canonicalBytes(associated))),
    }),
    unwrap: async (wrapped, associated) => {
      if (wrapped.kekId !== id) throw kekWrong(wrapped.kekId, [id]);
      const opened = await use((session) => session.decrypt(wrapped.bytes, canonicalBytes(associated)));
      if (!opened) throw vaultProblem('vault.integrity');
      return opened;
    },
    close: async () => {
      const module = await held?.catch(() => undefined);
      if (!module) return;
      const letGo = () => {
        held = undefined;
        return module.release();
      };
      await within(deadlineMs, (signal) => pool.close(signal, letGo)).catch(() => undefined);
    },
  };
}

/** A call into a module cannot be broken off: who waits is told, and what hangs keeps its session until it comes back. */
async function within<T>(limitMs: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const over = new AbortController();
  const late = new Error(`no answer within ${limitMs / 1_000} s`);
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      over.abort(late);
      reject(late);
    }, limitMs);
  });
  try {
    return await Promise.race([work(over.signal), limit]);
  } finally {
    clearTimeout(timer);
  }
}

function failure(id: string, error: unknown) {
  if (error instanceof Problem) return error;
  const detail = `${id}: ${error instanceof Error ? error.message : 'unknown'}.`;
  if (!(error instanceof Pkcs11Failure)) return vaultProblem('vault.kek_unavailable', { detail });
  if (error.denied) return vaultProblem('vault.kek_denied', { detail });
  if (error.unsupported) return vaultProblem('vault.kek_unsafe', { detail: `${detail} It must do AES-GCM with an IV that it is given.` });
  return vaultProblem('vault.kek_unavailable', { detail });
}
