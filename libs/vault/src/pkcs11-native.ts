import { endianness } from 'node:os';
import { vaultProblem } from './vault.problems.js';

/** Where each function stands in CK_FUNCTION_LIST, and what it is given: `u` an unsigned long, `p` a pointer. */
const FUNCTIONS = {
  C_Initialize: [0, 'p'],
  C_Finalize: [1, 'p'],
  C_GetSlotList: [4, 'upp'],
  C_GetTokenInfo: [6, 'up'],
  C_OpenSession: [12, 'uuppp'],
  C_CloseSession: [13, 'u'],
  C_GetSessionInfo: [15, 'up'],
  C_Login: [18, 'uupu'],
  C_GetAttributeValue: [24, 'uupu'],
  C_FindObjectsInit: [26, 'upu'],
  C_FindObjects: [27, 'upup'],
  C_FindObjectsFinal: [28, 'u'],
  C_EncryptInit: [29, 'upu'],
  C_Encrypt: [30, 'upupp'],
  C_DecryptInit: [33, 'upu'],
  C_Decrypt: [34, 'upupp'],
} as const;

export type Pkcs11Function = keyof typeof FUNCTIONS;
type Call = (...given: readonly bigint[]) => Promise<number>;

/** A loaded module: its functions, each called on a thread of its own, and the address of memory that it is given. */
export interface Pkcs11Native {
  readonly call: Readonly<Record<Pkcs11Function, Call>>;
  readonly addressOf: (memory: Buffer) => bigint;
}

/** Never let go of: koffi unloads a library that nobody holds, and the functions of its list do not hold it. */
const libraries: unknown[] = [];

/** koffi's functions are typed as anything; these are the two ways in which they are called here. */
interface Foreign {
  (...given: readonly unknown[]): unknown;
  readonly async: (...given: readonly unknown[]) => void;
}

/**
 * Loads a module by koffi, which is itself loaded only here: who has no PKCS#11 key never loads native code.
 * @throws Problem vault.kek_unsafe
 */
export async function loadPkcs11(path: string): Promise<Pkcs11Native> {
  const koffi = await loadKoffi();
  if (process.platform === 'win32' || koffi.sizeof('unsigned long') !== 8 || endianness() !== 'LE')
    throw unsafe('pkcs11: works on 64-bit Linux and macOS, where an unsigned long has eight bytes');
  let list: bigint;
  try {
    // Node brings its own OpenSSL and shows its names to every library: a module must find those that it was linked with.
    const library = koffi.load(path, { deep: true });
    libraries.push(library);
    const out = Buffer.alloc(8);
    const answer = (library.func('C_GetFunctionList', 'unsigned long', ['void *']) as Foreign)(koffi.address(out));
    list = out.readBigUInt64LE();
    if (answer !== 0 || list === 0n) throw new Error('no list');
  } catch {
    throw unsafe(`${path} cannot be loaded as a PKCS#11 module`);
  }
  const version = Number(koffi.decode(list, 'uint8_t'));
  if (version !== 2 && version !== 3) throw unsafe(`${path} speaks version ${version} of PKCS#11, not 2 or 3`);
  if (!process.listeners('exit').includes(endAnyway)) process.on('exit', endAnyway);
  const call = Object.fromEntries(
    Object.entries(FUNCTIONS).map(([name, [index, given]]) => {
      const kinds = [...given].map((kind) => (kind === 'u' ? 'unsigned long' : 'void *'));
      const place = BigInt(koffi.decode(list + 8n + 8n * BigInt(index), 'uint64_t') as number | bigint);
      return [name, asynchronous(koffi.decode(place, koffi.proto('unsigned long', kinds)) as Foreign)];
    }),
  );
  return { call: call as Pkcs11Native['call'], addressOf: (memory) => koffi.address(memory) };
}

/** How many threads are within a module. The end of a process waits for them, so one that hangs would keep a process that has ended. */
let within = 0;

function endAnyway(): void {
  if (within > 0) process.kill(process.pid, 'SIGKILL');
}

function asynchronous(foreign: Foreign): Call {
  return (...given) =>
    new Promise((resolve, reject) => {
      within += 1;
      foreign.async(...given, (error: Error | null, answer: number | bigint) => {
        within -= 1;
        if (error) reject(error);
        else resolve(Number(answer));
      });
    });
}

async function loadKoffi() {
  try {
    return (await import('koffi')).default;
  } catch {
    throw unsafe('pkcs11: needs the package koffi, which is not installed here, or has no binary for this system');
  }
}

function unsafe(detail: string) {
  return vaultProblem('vault.kek_unsafe', { detail: `${detail}.` });
}
