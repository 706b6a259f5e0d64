import { vaultProblem } from './vault.problems.js';

/** A key in a token, and the way to it. */
export interface Pkcs11Place {
  /** The token's label. Slots are not asked for: their numbers change. */
  readonly token: string;
  /** Of the token, where two have the same label. */
  readonly serial?: string;
  /** The key's label (CKA_LABEL), its id (CKA_ID), or both. */
  readonly object?: string;
  readonly objectId?: Buffer;
  readonly modulePath: string;
  /** Read anew for every login. */
  readonly pinFile: string;
}

type Attributes = ReadonlyMap<string, string>;

const NAMES = ['token', 'serial', 'object', 'id', 'type'];
const WAYS = ['module-path', 'pin-source'];
/** What RFC 7512 lets stand for itself; everything else is percent-encoded. A plus is a plus. */
const NAME_VALUE = /^(?:[\w.~:[\]@!$'()*+,=&-]|%[0-9a-f]{2})+$/i;
const WAY_VALUE = /^(?:[\w.~:[\]@!$'()*+,=/?|-]|%[0-9a-f]{2})+$/i;
const REFUSED = new Map([
  ['pin-value', 'pin-value would put the PIN into a setting: give pin-source=file:/PATH, the file that holds it'],
  ['slot-id', 'slot-id may come to mean another token: name the token by its label, token='],
  ['module-name', 'module-name is looked for differently on each system: give module-path=/PATH'],
]);

/**
 * Reads what follows `pkcs11:` (RFC 7512): `token=registrar;object=kek?module-path=/PATH&pin-source=file:/PATH`.
 * @throws Problem vault.kek_unsafe, which never tells the address.
 */
export function readPkcs11Uri(rest: string): Pkcs11Place {
  const at = rest.indexOf('?');
  if (at < 0) throw unsafe('pkcs11: needs ?module-path=/PATH&pin-source=file:/PATH');
  const names = attributes(rest.slice(0, at), ';', NAMES, NAME_VALUE);
  const ways = attributes(rest.slice(at + 1), '&', WAYS, WAY_VALUE);
  const [token, serial, object, id] = [text(names, 'token', 32), text(names, 'serial', 16), text(names, 'object'), bytes(names, 'id')];
  if (token === undefined) throw unsafe('pkcs11: names its token by token=, the label');
  if (object === undefined && id === undefined) throw unsafe('pkcs11: names its key by object=, the label, or by id=');
  if ((text(names, 'type') ?? 'secret-key') !== 'secret-key') throw unsafe('The type of the key is secret-key');
  return {
    ...{ token, modulePath: absolute(ways, 'module-path'), pinFile: absolute(ways, 'pin-source') },
    ...(serial === undefined ? {} : { serial }),
    ...(object === undefined ? {} : { object }),
    ...(id === undefined ? {} : { objectId: id }),
  };
}

/** Names the key by its token and itself, in one order and one writing, whatever module and PIN lead to it. */
export function pkcs11Id({ token, serial, object, objectId }: Pkcs11Place): string {
  const parts = [
    ['token', token],
    ['serial', serial],
    ['object', object],
  ].flatMap(([name = '', value]) => (value === undefined ? [] : [`${name}=${encodeURIComponent(value).replace(/[!'()*]/g, escaped)}`]));
  const id = objectId === undefined ? [] : [`id=${objectId.toString('hex').toUpperCase().replaceAll(/../g, '%$&')}`];
  return `pkcs11:${[...parts, ...id].join(';')}`;
}

function attributes(given: string, separator: string, known: readonly string[], value: RegExp): Attributes {
  const found = new Map<string, string>();
  for (const part of given.split(separator)) {
    const [name = '', ...rest] = part.split('=');
    const refused = REFUSED.get(name);
    if (refused !== undefined) throw unsafe(refused);
    // What is not known is not told either: it may be a PIN in the wrong place.
    if (!known.includes(name)) throw unsafe(`Of pkcs11: ${known.join(', ')} are known here, divided by ${separator}`);
    if (found.has(name)) throw unsafe(`${name} stands twice`);
    if (!value.test(rest.join('='))) throw unsafe(`${name} is empty, or holds what must be percent-encoded`);
    found.set(name, rest.join('='));
  }
  return found;
}

function bytes(of: Attributes, name: string): Buffer | undefined {
  const value = of.get(name);
  if (value === undefined) return undefined;
  return Buffer.from(
    value.replaceAll(/%(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  );
}

function text(of: Attributes, name: string, longest = 255): string | undefined {
  const raw = bytes(of, name);
  if (raw === undefined) return undefined;
  const value = raw.toString('utf8');
  if (!Buffer.from(value, 'utf8').equals(raw) || /\p{Cc}/u.test(value)) throw unsafe(`${name} is no text in UTF-8`);
  if (raw.length > longest) throw unsafe(`${name} is longer than ${longest} bytes`);
  return value;
}

function absolute(of: Attributes, name: string): string {
  const value = text(of, name, 4_096);
  if (value === undefined) throw unsafe(`pkcs11: needs ${name}`);
  // pin-source is a URI, whose host is left out or empty.
  const path = name === 'pin-source' ? value.replace(/^file:(?:\/\/(?=\/))?/, '') : value;
  if (!/^\/(?!\/)/.test(path)) throw unsafe(`${name} is the whole path of a file`);
  return path;
}

function escaped(sign: string): string {
  return `%${sign.charCodeAt(0).toString(16).toUpperCase()}`;
}

function unsafe(detail: string) {
  return vaultProblem('vault.kek_unsafe', { detail: `${detail}.` });
}
