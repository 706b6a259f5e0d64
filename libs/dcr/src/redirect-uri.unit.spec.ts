import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redirectUriRefusal, uriRefusal } from './redirect-uri.js';

const open = { loopbackAllowed: true };
const closed = { loopbackAllowed: false };

describe('a redirect URI (A-07, A09, A10)', () => {
  it.each([
    ['javascript:alert(1)', 'forbidden_scheme'],
    ['JavaScript://good.example/%0aalert(1)', 'forbidden_scheme'],
    ['data:text/html,hi', 'forbidden_scheme'],
    ['http://good.example/cb', 'https_required'],
    ['http://127.0.0.1.evil.example/cb', 'https_required'],
    ['https://good.example/cb#x', 'fragment'],
    ['https://good.example/cb#', 'fragment'],
    ['https://user@good.example/cb', 'user_info'],
    ['https://good.example:x@evil.example/cb', 'user_info'],
    ['https://*.good.example/cb', 'wildcard'],
    ['https://good.example/*', 'wildcard'],
    ['https://good.example\\@evil.example', 'backslash'],
    ['https://good.example%2eevil', 'encoded_host'],
    ['https://good.example%2Fevil.example/', 'encoded_host'],
    ['https://gööd.example/cb', 'forbidden_character'],
    ['https://good.example/a b', 'forbidden_character'],
    ['https://good.example/cb\r\nX: y', 'forbidden_character'],
    ['https://0x7f.1/cb', 'malformed_host'],
    ['https://2130706433/cb', 'malformed_host'],
    ['https://good.example:99999/cb', 'malformed_host'],
    ['https://good.example/%zz', 'malformed_encoding'],
    ['https://good.example/a/../b', 'dot_segment'],
    ['https://good.example/a/%2E%2e', 'dot_segment'],
    ['/cb', 'not_absolute'],
    ['https:good.example/cb', 'not_absolute'],
    ['https:///cb', 'not_absolute'],
    ['', 'forbidden_character'],
    [`https://good.example/${'x'.repeat(1980)}`, 'too_long'],
  ])('%s is refused as %s', (uri, code) => {
    expect(redirectUriRefusal(uri, open)).toBe(code);
  });

  it.each([
    'https://good.example',
    'https://Good.example/cb?x=/../',
    'https://good.example:8443/a%2Fb',
    'https://xn--gd-fkaa.example/',
    'https://[::1]/cb',
  ])('%s is taken', (uri) => {
    expect(redirectUriRefusal(uri, closed)).toBeUndefined();
  });

  it.each(['http://localhost:3000/cb', 'http://127.0.0.1:1/cb', 'http://[::1]/cb'])('%s only where loopback is allowed', (uri) => {
    expect(redirectUriRefusal(uri, open)).toBeUndefined();
    expect(redirectUriRefusal(uri, closed)).toBe('https_required');
  });

  it('a page may be http and have a fragment, but never a script', () => {
    expect(uriRefusal('http://good.example/#top', { http: 'always', fragment: true })).toBeUndefined();
    expect(uriRefusal('javascript:1', { http: 'always', fragment: true })).toBe('forbidden_scheme');
  });

  it('what is taken leads a browser to the host that is written', () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true, validSchemes: ['https'] }), fc.string(), (url, noise) => {
        for (const uri of [url, url + noise, `https://${noise}${url.slice(8)}`]) {
          if (redirectUriRefusal(uri, closed) !== undefined) continue;
          const parsed = new URL(uri);
          expect(parsed.protocol + parsed.username + parsed.hash).toBe('https:');
          expect(uri.slice(8).toLowerCase().startsWith(parsed.hostname)).toBe(true);
        }
      }),
    );
  });
});
