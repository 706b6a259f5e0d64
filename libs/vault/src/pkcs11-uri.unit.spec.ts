import { describe, expect, it } from 'vitest';
import { openKek } from './index.js';
import { pkcs11Id, readPkcs11Uri } from './pkcs11-uri.js';

const WAY = '?module-path=/usr/lib/hsm.so&pin-source=file:/run/pin';

describe('the address of a key behind PKCS#11 (RFC 7512)', () => {
  it('names token, key, module and the file of the PIN, percent-decoded', () => {
    expect(
      readPkcs11Uri(
        'token=St.%20Mary%E2%80%99s+1;serial=07a29f99;object=kek%3b1;id=%01%aBz;type=secret-key?pin-source=file:///run/p%20in&module-path=/hsm.so',
      ),
    ).toEqual({
      token: 'St. Mary’s+1',
      serial: '07a29f99',
      object: 'kek;1',
      objectId: Buffer.from('01ab7a', 'hex'),
      modulePath: '/hsm.so',
      pinFile: '/run/p in',
    });
    expect(readPkcs11Uri(`token=registrar;id=%00${WAY.replace('file:', '')}`)).toMatchObject({
      objectId: Buffer.of(0),
      pinFile: '/run/pin',
    });
  });

  it('names the key by itself: in one order and one writing, without module and PIN', () => {
    const ids = [
      `object=kek%2d1;id=%01;token=St.%20Mary${WAY}`,
      'id=%01;type=secret-key;token=St%2e%20Mary;object=kek-1?module-path=/other.so&pin-source=/other',
    ].map((rest) => pkcs11Id(readPkcs11Uri(rest)));
    expect(ids).toEqual(Array.from({ length: 2 }, () => 'pkcs11:token=St.%20Mary;object=kek-1;id=%01'));
    expect(openKek(`pkcs11:${ids[0]?.slice('pkcs11:'.length) ?? ''}${WAY}`).id).toBe(ids[0]);
  });

  it.each([
    ['a PIN', `token=t;object=k${WAY}&pin-value=2468013579`, /pin-source=file/],
    ['a PIN among the names', `token=t;object=k;pin-value=2468013579${WAY}`, /pin-source=file/],
    ['a slot’s number', `token=t;object=k;slot-id=0${WAY}`, /name the token by its label/],
    ['a module’s name', 'token=t;object=k?module-name=hsm&pin-source=file:/pin', /module-path/],
    ['a program that says the PIN', 'token=t;object=k?module-path=/hsm.so&pin-source=|cat%20/pin', /whole path/],
    ['a PIN from another machine', 'token=t;object=k?module-path=/hsm.so&pin-source=file://host/pin', /whole path/],
    ['a relative module', 'token=t;object=k?module-path=hsm.so&pin-source=file:/pin', /whole path/],
    ['no way', 'token=t;object=k', /module-path/],
    ['no module', 'token=t;object=k?pin-source=file:/pin', /module-path/],
    ['no PIN', 'token=t;object=k?module-path=/hsm.so', /pin-source/],
    ['no token', `object=k${WAY}`, /token=/],
    ['no key', `token=t${WAY}`, /object=/],
    ['an empty label', `token=;object=k${WAY}`, /empty/],
    ['a label of too many bytes', `token=${'t'.repeat(33)};object=k${WAY}`, /longer than 32/],
    ['a name that stands twice', `token=t;object=k;object=l${WAY}`, /twice/],
    ['a private key', `token=t;object=k;type=private${WAY}`, /secret-key/],
    ['a space', `token=t t;object=k${WAY}`, /percent-encoded/],
    ['half an escape', `token=t%2;object=k${WAY}`, /percent-encoded/],
    ['no UTF-8', `token=%ff;object=k${WAY}`, /UTF-8/],
    ['a control character', `token=t%00;object=k${WAY}`, /UTF-8/],
    ['an unknown name, which may hold anything', `token=t;object=k;2468013579=2468013579${WAY}`, /are known here/],
  ])('is refused with %s, in plain words that tell nothing of it (T20)', (_name, rest, words) => {
    const refused = () => openKek(`pkcs11:${rest}`);
    expect(refused).toThrow(
      expect.objectContaining({ code: 'vault.kek_unsafe', message: expect.stringMatching(words) as string }) as Error,
    );
    expect(refused).not.toThrow(/2468013579/);
  });
});
