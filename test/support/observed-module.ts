import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import koffi from 'koffi';
import type { KeyEncryptionKey } from '@registrar/vault';
import { pkcs11KeyEncryptionKey } from '../../libs/vault/src/kek-pkcs11.js';
import { codeOf } from '../../libs/vault/src/pkcs11-code.js';
import { loadPkcs11, type Pkcs11Function, type Pkcs11Native } from '../../libs/vault/src/pkcs11-native.js';
import { readPkcs11Uri } from '../../libs/vault/src/pkcs11-uri.js';
import { startSoftHsm, type SoftHsm } from './softhsm.js';

type Instead = (real: () => Promise<number>, given: readonly bigint[]) => Promise<number>;

/** SoftHSM, seen from outside: what it is asked, and other answers in place of its own. */
export class ObservedModule {
  readonly hsm: SoftHsm = startSoftHsm();
  readonly calls: { readonly name: Pkcs11Function; readonly given: readonly bigint[] }[] = [];
  /** All memory that the module was given. */
  readonly memory: Buffer[] = [];
  instead: Partial<Record<Pkcs11Function, Instead>> = {};
  readonly #opened: KeyEncryptionKey[] = [];
  #paths = 0;

  /** A path by which nobody has loaded the module yet. */
  path(): string {
    const path = join(this.hsm.folder, `module-${(this.#paths += 1)}.so`);
    symlinkSync(this.hsm.modulePath, path);
    return path;
  }

  open(names: string, { pinFile = this.hsm.pinFile, deadlineMs = 10_000, modulePath = this.path() } = {}): KeyEncryptionKey {
    const place = { ...readPkcs11Uri(this.hsm.address(names, pinFile).slice('pkcs11:'.length)), modulePath };
    const kek = pkcs11KeyEncryptionKey(place, { deadlineMs, load: (path) => this.#load(path) });
    this.#opened.push(kek);
    return kek;
  }

  count(name: Pkcs11Function): number {
    return this.calls.filter((call) => call.name === name).length;
  }

  /** What was last passed first to this function: a slot or a session. */
  lastOf(name: Pkcs11Function): bigint {
    return this.calls.filter((call) => call.name === name).at(-1)?.given[0] ?? 0n;
  }

  /** Closes what was opened, and forgets what was asked. */
  async reset(): Promise<void> {
    this.instead = {};
    for (const kek of this.#opened.splice(0)) await kek.close?.();
    this.calls.length = 0;
    this.memory.length = 0;
  }

  async #load(path: string): Promise<Pkcs11Native> {
    const { call, addressOf } = await loadPkcs11(path);
    const observing = Object.entries(call).map(([key, real]) => {
      const name = key as Pkcs11Function;
      const observed: typeof real = (...given) => {
        this.calls.push({ name, given });
        return this.instead[name]?.(() => real(...given), given) ?? real(...given);
      };
      return [name, observed];
    });
    return {
      call: Object.fromEntries(observing) as Pkcs11Native['call'],
      addressOf: (memory) => {
        this.memory.push(memory);
        return addressOf(memory);
      },
    };
  }
}

export const answering = (code: string) => () => Promise.resolve(codeOf(code));

/** What another user of the module in this process would do. */
export function behindItsBack(hsm: SoftHsm, name: string, given: bigint): number {
  return koffi.load(hsm.modulePath).func(name, 'unsigned long', ['unsigned long'])(given) as number;
}

/** Changes what a module wrote. */
export function changeNumber(at: bigint, kind: 'uint64_t' | 'uint8_t', change: (number: bigint) => bigint): void {
  koffi.encode(at, kind, change(BigInt(koffi.decode(at, kind) as number | bigint)));
}
