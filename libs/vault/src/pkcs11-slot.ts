import { codeOf, Pkcs11Failure } from './pkcs11-code.js';
import { word } from './pkcs11-frame.js';
import type { Pkcs11Run } from './pkcs11-run.js';
import { pkcs11Id, type Pkcs11Place } from './pkcs11-uri.js';
import { vaultProblem } from './vault.problems.js';

/** A slot with the token that is wanted, as it is now. */
export interface Pkcs11Slot {
  readonly id: bigint;
  /** Of CK_TOKEN_INFO. */
  readonly flags: bigint;
}

const MOST_SLOTS = 256;
// CK_TOKEN_INFO: label (32), manufacturer (32), model (16), serial (16), flags, ten numbers, two versions, time (16).
const TOKEN_INFO = 208;
const [LABEL, SERIAL, FLAGS] = [
  [0, 32],
  [80, 96],
  [96, 104],
] as const;

/**
 * Looks for the token by its label, and its serial where that is given, among those that are present now.
 * @throws Pkcs11Failure | Problem vault.kek_unsafe
 */
export async function findSlot(run: Pkcs11Run, place: Pkcs11Place): Promise<Pkcs11Slot> {
  const frame = run.frame();
  const [count, ids, info] = [frame.words(MOST_SLOTS), frame.room(MOST_SLOTS * 8), frame.room(TOKEN_INFO)];
  // Asked for nothing but the number, a module looks anew for what was plugged in.
  await run.call('C_GetSlotList', 1, 0, count.at);
  count.bytes.writeBigUInt64LE(BigInt(MOST_SLOTS));
  await run.call('C_GetSlotList', 1, ids.at, count.at);
  const found: Pkcs11Slot[] = [];
  for (let index = 0; index < Number(word(count)); index += 1) {
    const id = word(ids, index);
    // One that was pulled out meanwhile is none of those that are looked for.
    if ((await run.answer('C_GetTokenInfo', id, info.at)) !== 0) continue;
    const [label, serial] = [LABEL, SERIAL].map(([from, to]) =>
      info.bytes
        .subarray(from, to)
        .toString('utf8')
        .replace(/[ \0]+$/, ''),
    );
    if (label === place.token && (place.serial ?? serial) === serial)
      found.push({ id, flags: info.bytes.subarray(...FLAGS).readBigUInt64LE() });
  }
  const [slot] = found;
  if (!slot) throw new Pkcs11Failure('C_GetSlotList', codeOf('CKR_TOKEN_NOT_PRESENT'), 'the module has no such token now');
  if (found.length > 1)
    throw vaultProblem('vault.kek_unsafe', {
      detail: `${pkcs11Id(place)}: ${found.length} tokens have this label: name one by serial=, too.`,
    });
  return slot;
}
