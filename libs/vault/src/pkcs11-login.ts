import { codeOf, Pkcs11Failure } from './pkcs11-code.js';
import { word } from './pkcs11-frame.js';
import type { Pkcs11Run } from './pkcs11-run.js';
import { readPin } from './pkcs11-pin.js';
import type { Pkcs11Slot } from './pkcs11-slot.js';
import { pkcs11Id, type Pkcs11Place } from './pkcs11-uri.js';
import { vaultProblem } from './vault.problems.js';

const CKU_USER = 1;
/** Of CK_SESSION_INFO: slot, state, flags, error. */
const STATE = 1;
const LOGGED_IN = new Set([1n, 3n]);
/** What a token says of its PIN before it is tried. */
const LAST_TRY = 0x20_000n;
const WARNINGS: readonly (readonly [bigint, string])[] = [
  [0x40_000n, 'its PIN is locked: have it set anew by the security officer'],
  [LAST_TRY, 'one more wrong PIN locks it, so none is tried: log in once with the right one by the token’s own tool'],
  [0x80_000n, 'its PIN has to be changed first, by the token’s own tool'],
];

/**
 * Logs this process in at the token, once for all its sessions. In turn. A PIN that was refused is not tried again before its file
 * changes, and none is tried where it could lock the token: not by a process that is started again and again either.
 * @throws Pkcs11Failure | Problem vault.kek_denied | vault.kek_unsafe
 */
export async function logIn(run: Pkcs11Run, slot: Pkcs11Slot, session: bigint, place: Pkcs11Place): Promise<void> {
  if (await isLoggedIn(run, session)) return;
  const denied = (why: string) => vaultProblem('vault.kek_denied', { detail: `The token of ${pkcs11Id(place)}: ${why}.` });
  const warning = WARNINGS.find(([flag]) => (slot.flags & flag) !== 0n);
  if (warning) throw denied(warning[1]);
  const { bytes, reading } = await readPin(place.pinFile);
  const attempt = `${place.token} ${place.serial ?? ''} ${reading}`;
  const frame = run.frame();
  try {
    if (run.refusedPins.has(attempt)) throw denied('it refused this PIN, which is not tried again until its file changes');
    const answer = await run.answer('C_Login', session, CKU_USER, frame.put(bytes).at, bytes.length);
    if (answer === 0 || answer === codeOf('CKR_USER_ALREADY_LOGGED_IN')) return;
    const failure = new Pkcs11Failure('C_Login', answer);
    if (!failure.denied) throw failure;
    run.refusedPins.add(attempt);
    throw denied(failure.message);
  } finally {
    bytes.fill(0);
    frame.wipe();
  }
}

async function isLoggedIn(run: Pkcs11Run, session: bigint): Promise<boolean> {
  const info = run.frame().words(0, 0, 0, 0);
  await run.call('C_GetSessionInfo', session, info.at);
  return LOGGED_IN.has(word(info, STATE));
}
