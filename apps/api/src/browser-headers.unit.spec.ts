import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { browserHeaders } from './browser-headers.js';

async function headersOf(path: string, secure: boolean): Promise<Headers> {
  const tell = browserHeaders(secure);
  const server = createServer((request, response) => {
    tell(request, response, () => response.end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { headers } = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`);
  server.close();
  return headers;
}
const policyOf = async (path: string) => {
  const policy = (await headersOf(path, true)).get('content-security-policy') ?? '';
  return new Map(policy.split(';').map((part): [string, string] => [part.split(' ', 1)[0] ?? '', part.split(' ').slice(1).join(' ')]));
};

describe('what a browser is told (OWASP ASVS 3.2.1, 3.4)', () => {
  it.each(['/v1/tenants', '/jwks/x', '/', '/docsx', '/nothing?x=/docs/'])(
    '%s is data: nothing of it is loaded, run or framed',
    async (path) => {
      expect(Object.fromEntries(await policyOf(path))).toEqual({
        'default-src': "'none'",
        'object-src': "'none'",
        'base-uri': "'none'",
        'form-action': "'none'",
        'frame-ancestors': "'none'",
        sandbox: '',
      });
    },
  );

  it.each(['/docs', '/docs/', '/docs/swagger-ui.css', '/docs?x=1'])('%s runs what is ours alone, and stands in no frame', async (path) => {
    const policy = await policyOf(path);
    expect([...policy.values()].join(' ')).not.toMatch(/https?:|\*|unsafe-eval/);
    expect(policy.get('script-src')).toBe("'self'");
    for (const name of ['default-src', 'object-src', 'base-uri', 'form-action', 'frame-ancestors']) expect(policy.get(name)).toBe("'none'");
  });

  it('https is to be remembered for a year, for names below too; on a laptop without https it is not', async () => {
    expect((await headersOf('/', true)).get('strict-transport-security')).toBe('max-age=31536000; includeSubDomains');
    expect((await headersOf('/', false)).get('strict-transport-security')).toBeNull();
  });

  it('no type is guessed, no address is told to others, nobody else embeds an answer or holds its window', async () => {
    const headers = await headersOf('/v1/tenants', true);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
  });
});
