import type { Config } from '@registrar/config';
import { awsKmsKeyEncryptionKey } from './kek-aws-kms.js';
import { fileKeyEncryptionKey } from './kek-file.js';
import { pkcs11KeyEncryptionKey } from './kek-pkcs11.js';
import { KekRing } from './kek-ring.js';
import { transitKeyEncryptionKey } from './kek-transit.js';
import type { KeyEncryptionKey } from './kek.js';
import { readPkcs11Uri } from './pkcs11-uri.js';
import { vaultProblem } from './vault.problems.js';

/**
 * The keys that the settings name: KEK, or the file of KEK_FILE, which is made outside production where it is missing; beside
 * it those of KEK_PREVIOUS.
 * @throws Problem vault.kek_unsafe | vault.kek_missing
 */
export function openKekRing(config: Pick<Config, 'KEK' | 'KEK_PREVIOUS' | 'KEK_FILE' | 'KEK_TOKEN_FILE' | 'production'>): KekRing {
  const { KEK, KEK_FILE, KEK_PREVIOUS, KEK_TOKEN_FILE, production } = config;
  const newest = KEK === undefined ? fileKeyEncryptionKey(KEK_FILE, { createIfMissing: !production }) : openKek(KEK, KEK_TOKEN_FILE);
  return new KekRing(
    newest,
    KEK_PREVIOUS.map((address) => openKek(address, KEK_TOKEN_FILE)),
  );
}

/**
 * Opens one key by its address:
 * - `file:/etc/registrar/kek`
 * - `aws-kms:arn:aws:kms:eu-central-1:…:key/…`, with `?endpoint=` where it is not the region's own
 * - `transit:https://vault.example:8200/MOUNT/KEY`, with `?namespace=`; its token lies in KEK_TOKEN_FILE
 * - `pkcs11:token=registrar;object=kek?module-path=/PATH&pin-source=file:/PATH` (RFC 7512), `id=%01` beside `object=` or in its place
 */
export function openKek(uri: string, tokenFile?: string): KeyEncryptionKey {
  const [scheme, rest] = split(uri);
  if (scheme === 'file' && rest.startsWith('/')) return fileKeyEncryptionKey(rest, { createIfMissing: false });
  if (scheme === 'pkcs11') return pkcs11KeyEncryptionKey(readPkcs11Uri(rest));
  const { place, query } = parts(rest);
  if (scheme === 'aws-kms') return awsKms(place, query);
  if (scheme === 'transit') return transit(place, query, tokenFile);
  throw unsafe('A key-encryption key is named by file:, aws-kms:, transit: or pkcs11: and its place');
}

function awsKms(keyArn: string, query: URLSearchParams): KeyEncryptionKey {
  const region = /^arn:aws[a-z-]*:kms:([a-z0-9-]+):\d{12}:key\/[\w-]+$/.exec(keyArn)?.[1];
  if (region === undefined) throw unsafe('aws-kms: is followed by the ARN of a key, not by an alias');
  const endpoint = query.get('endpoint');
  return awsKmsKeyEncryptionKey({ region, keyArn, ...(endpoint === null ? {} : { endpoint }) });
}

function transit(place: string, query: URLSearchParams, tokenFile: string | undefined): KeyEncryptionKey {
  const url = URL.canParse(place) ? new URL(place) : undefined;
  const path = url?.pathname.split('/').filter((part) => part !== '') ?? [];
  const key = path.pop();
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '' || key === undefined || path.length === 0)
    throw unsafe('transit: is followed by the server’s URL, the mount and the key, without a token');
  if (tokenFile === undefined) throw unsafe('transit: needs KEK_TOKEN_FILE, the file that holds the token');
  const namespace = query.get('namespace');
  return transitKeyEncryptionKey({
    address: url.origin,
    mount: path.join('/'),
    key,
    tokenFile,
    ...(namespace === null ? {} : { namespace }),
  });
}

function split(uri: string): [string, string] {
  const at = uri.indexOf(':');
  return [uri.slice(0, Math.max(at, 0)), uri.slice(at + 1)];
}

function parts(rest: string): { readonly place: string; readonly query: URLSearchParams } {
  const at = rest.indexOf('?');
  return at < 0
    ? { place: rest, query: new URLSearchParams() }
    : { place: rest.slice(0, at), query: new URLSearchParams(rest.slice(at + 1)) };
}

function unsafe(detail: string) {
  return vaultProblem('vault.kek_unsafe', { detail: `${detail}.` });
}
