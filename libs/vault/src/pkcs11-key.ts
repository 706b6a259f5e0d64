import { codeOf, Pkcs11Failure } from './pkcs11-code.js';
import { word, type Pkcs11Frame, type Piece } from './pkcs11-frame.js';
import type { Pkcs11Run } from './pkcs11-run.js';
import { pkcs11Id, type Pkcs11Place } from './pkcs11-uri.js';
import { vaultProblem } from './vault.problems.js';

const [CKA_CLASS, CKA_TOKEN, CKA_LABEL, CKA_ID] = [0x00, 0x01, 0x03, 0x102];
const CKO_SECRET_KEY = 4;
/** What a key must say of itself, and the words where it does not. */
const DEMANDS: readonly (readonly [attribute: number, length: number, value: number, words: string])[] = [
  [0x100, 8, 0x1f, 'is no AES key'],
  [0x161, 8, 32, 'is not of 256 bits'],
  [0x103, 1, 1, 'is not sensitive (CKA_SENSITIVE)'],
  [0x162, 1, 0, 'may be taken out of the token (CKA_EXTRACTABLE)'],
  [0x104, 1, 1, 'may not encrypt (CKA_ENCRYPT)'],
  [0x105, 1, 1, 'may not decrypt (CKA_DECRYPT)'],
];
/** The other attributes are answered all the same. */
const NOT_ALL = new Set(['CKR_ATTRIBUTE_SENSITIVE', 'CKR_ATTRIBUTE_TYPE_INVALID'].map(codeOf));

/**
 * Finds the key by its label or id, and refuses one that could leave the token or cannot do what is asked of it.
 * @returns its handle, for this session.
 * @throws Pkcs11Failure | Problem vault.kek_missing | vault.kek_unsafe
 */
export async function findKey(run: Pkcs11Run, session: bigint, place: Pkcs11Place): Promise<bigint> {
  const frame = run.frame();
  const wanted: [number, Piece][] = [
    [CKA_CLASS, frame.words(CKO_SECRET_KEY)],
    [CKA_TOKEN, frame.put(Buffer.of(1))],
  ];
  if (place.object !== undefined) wanted.push([CKA_LABEL, frame.put(Buffer.from(place.object, 'utf8'))]);
  if (place.objectId !== undefined) wanted.push([CKA_ID, frame.put(place.objectId)]);
  await run.call('C_FindObjectsInit', session, template(frame, wanted).at, wanted.length);
  const [handles, count] = [frame.words(0, 0), frame.words(0)];
  await run.call('C_FindObjects', session, handles.at, 2, count.at);
  await run.call('C_FindObjectsFinal', session);
  if (word(count) === 0n) throw vaultProblem('vault.kek_missing', { detail: `The token has no secret key ${pkcs11Id(place)}.` });
  if (word(count) > 1n) throw unsafe(`${pkcs11Id(place)} names more than one key: give object= and id= together`);
  await demand(run, session, word(handles), place);
  return word(handles);
}

async function demand(run: Pkcs11Run, session: bigint, key: bigint, place: Pkcs11Place): Promise<void> {
  const frame = run.frame();
  const values = DEMANDS.map(([attribute, length]): [number, Piece] => [attribute, frame.room(length)]);
  const asked = template(frame, values);
  const answer = await run.answer('C_GetAttributeValue', session, key, asked.at, values.length);
  if (answer !== 0 && !NOT_ALL.has(answer)) throw new Pkcs11Failure('C_GetAttributeValue', answer);
  const faults = DEMANDS.filter(([, length, value], index) => {
    const given = values[index]?.[1].bytes;
    // What is not told has the length -1.
    return word(asked, index * 3 + 2) !== BigInt(length) || given?.readUIntLE(0, Math.min(length, 6)) !== value;
  });
  if (faults.length > 0) throw unsafe(`${pkcs11Id(place)} ${faults.map(([, , , words]) => words).join(', ')}`);
}

/** Rows of CK_ATTRIBUTE: type, value, length. */
function template(frame: Pkcs11Frame, attributes: readonly (readonly [number, Piece])[]): Piece {
  return frame.words(...attributes.flatMap(([attribute, { at, bytes }]) => [attribute, at, bytes.length]));
}

function unsafe(detail: string) {
  return vaultProblem('vault.kek_unsafe', { detail: `${detail}.` });
}
