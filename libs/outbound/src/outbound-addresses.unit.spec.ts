import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answer, listen, type LoopbackServer } from './loopback-server.spec.js';
import { createOutbound, OutboundFailure, type LookupFn, type OutboundRequest } from './index.js';

const get: Omit<OutboundRequest, 'url'> = { method: 'GET', deadlineMs: 2_000, maxBytes: 1_000, connection: 'fresh' };
const names = (table: Record<string, string[]>): LookupFn => {
  const asked = new Map<string, number>();
  return (host) => {
    const turn = asked.get(host) ?? 0;
    asked.set(host, turn + 1);
    const all = (table[host] ?? []).map((list) => list.split(','));
    const addresses = all[Math.min(turn, all.length - 1)] ?? [];
    return Promise.resolve(addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })));
  };
};

let canary: LoopbackServer;
beforeAll(async () => {
  canary = await listen((socket) => socket.end(answer('canary')));
});
afterAll(() => canary.close());

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const failure = await promise.then(
    () => 'answered',
    (error: unknown) => error,
  );
  return failure instanceof OutboundFailure ? `${failure.code} ${failure.phase}` : String(failure);
}

describe('the address of a URL (A11, T6, reliability §5.2)', () => {
  const closed = createOutbound({ allow: [] });
  const spellings = [
    '127.0.0.1',
    '2130706433',
    '0x7f.1',
    '0x7f000001',
    '017700000001',
    '0177.0.0.1',
    '127.1',
    '127.0.0.1.',
    '0',
    '0.0.0.0',
    '①②⑦.⓪.⓪.①',
    '127。0。0。1',
    '[::1]',
    '[::]',
    '[0:0:0:0:0:0:0:1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:10.0.0.1]',
    '[::ffff:7f00:1]',
    '[::127.0.0.1]',
    '[64:ff9b::7f00:1]',
    '[64:ff9b:1::7f00:1]',
    '[2002:7f00:1::]',
    '[2001::1]',
    '[100::1]',
    '[fe80::1]',
    '[fec0::1]',
    '[fc00::1]',
    '[fd00:ec2::254]',
    '[ff02::1]',
    '[2001:db8::1]',
    '10.0.0.5',
    '100.64.0.1',
    '169.254.169.254',
    '172.31.255.255',
    '192.0.0.8',
    '192.168.1.1',
    '192.88.99.1',
    '198.18.0.1',
    '198.51.100.7',
    '203.0.113.7',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
    '168.63.129.16',
    '100.100.100.200',
    '8.8.8.8',
    '[2606:4700::1111]',
    'localhost',
    'LOCALHOST.',
    'a.localhost',
    'metadata.google.internal',
    'Metadata.Google.Internal.',
    'instance-data',
    'metadata',
  ];
  it.each(spellings)('%s is blocked before anything is resolved or connected', async (host) => {
    const scheme = host.includes('1') ? ['https', 'http'] : ['https'];
    for (const protocol of scheme) {
      const url = `${protocol}://${host}:${canary.port}/`;
      expect(closed.check(url)).toBe('blocked_address');
      expect(await codeOf(closed.request({ ...get, url }))).toBe('blocked_address before_send');
    }
    expect(canary.connections).toHaveLength(0);
  });

  it.each([
    '',
    'nonsense',
    '//as.example',
    'ftp://as.example',
    'javascript:alert(1)',
    'http://as.example',
    'https://',
    'https://as.example#x',
    'https://as.example/#',
    'https://user:pw@as.example',
    'https://user@as.example',
    'https://as.example\\@evil.example',
    'https://as.example\t/x',
    'https://as.example ',
    'https://[fe80::1%25eth0]/',
    'https://as.example..',
    `https://as.example/${'x'.repeat(5_000)}`,
  ])('%s is no URL to call (A15)', (url) => {
    expect(closed.check(url)).toBe('invalid_url');
  });

  it.each([22, 25, 53, 389, 3306, 5432, 6379, 9200, 8443, 80])('port %i is refused (A14)', (port) => {
    expect(closed.check(`https://as.example:${port}`)).toBe('port_refused');
  });

  it('takes further ports, but never those of databases and shells', () => {
    const outbound = createOutbound({ allow: [], extraPorts: [8443, 5432] });
    expect(outbound.check('https://as.example:8443/x')).toBeUndefined();
    expect(outbound.check('https://as.example:5432/x')).toBe('port_refused');
    expect(outbound.check('https://as.example./x?y=1')).toBeUndefined();
  });

  it('a failure tells no address', async () => {
    const failure = await closed.request({ ...get, url: 'https://10.1.2.3/' }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(OutboundFailure);
    expect(inspect(failure, { depth: 9, showHidden: true })).not.toContain('10.1.2.3');
  });
});

describe('the addresses of a name (A12, A13, K-53)', () => {
  const lookup = names({
    'private.example': ['10.0.0.5'],
    'metadata.example': ['169.254.169.254'],
    'mixed.example': ['93.184.215.14,127.0.0.1'],
    'mixed6.example': ['2606:4700::1111,::ffff:127.0.0.1'],
    'zoned.example': ['fe80::1%eth0'],
    'junk.example': ['not-an-address'],
    'empty.example': [''],
  });

  it.each([
    ['private.example', 'blocked_address before_send'],
    ['metadata.example', 'blocked_address before_send'],
    ['mixed.example', 'blocked_address before_send'],
    ['mixed6.example', 'blocked_address before_send'],
    ['zoned.example', 'blocked_address before_send'],
    ['junk.example', 'blocked_address before_send'],
    ['empty.example', 'blocked_address before_send'],
    ['unknown.example', 'dns_failed before_send'],
  ])('%s: %s', async (host, expected) => {
    const outbound = createOutbound({ allow: [], lookup, extraPorts: [canary.port] });
    expect(await codeOf(outbound.request({ ...get, url: `https://${host}:${canary.port}/` }))).toBe(expected);
    expect(canary.connections).toHaveLength(0);
    await outbound.close();
  });

  it('a name that pointed elsewhere before is judged by what it resolves to now', async () => {
    const turns = names({ 'as.example': ['93.184.215.14', '127.0.0.1'] });
    await turns('as.example');
    const outbound = createOutbound({ allow: [], lookup: turns, extraPorts: [canary.port] });
    expect(await codeOf(outbound.request({ ...get, url: `https://as.example:${canary.port}/` }))).toBe('blocked_address before_send');
    expect(canary.connections).toHaveLength(0);
  });

  it('a lookup that fails is dns_failed', async () => {
    const outbound = createOutbound({
      allow: [],
      lookup: () => Promise.reject(Object.assign(new Error('10.0.0.1'), { code: 'ENOTFOUND' })),
    });
    const failure = await outbound.request({ ...get, url: 'https://as.example/' }).catch((error: unknown) => error as OutboundFailure);
    expect(failure).toMatchObject({ code: 'dns_failed', phase: 'before_send', reason: 'ENOTFOUND' });
  });

  it('a lookup that never answers ends with the deadline', async () => {
    const outbound = createOutbound({ allow: [], lookup: () => new Promise(() => undefined) });
    expect(await codeOf(outbound.request({ ...get, deadlineMs: 50, url: 'https://as.example/' }))).toBe('timeout before_send');
  });
});

describe('what OUTBOUND_ALLOW opens', () => {
  const lookup = names({
    'opened.example': ['127.0.0.1'],
    'elsewhere.example': ['10.255.255.1'],
    'opened-metadata.example': ['169.254.169.254'],
    localhost: ['127.0.0.1'],
    'both.localhost': ['::1,127.0.0.1'],
  });

  it('a loopback CIDR: http, any port, that range alone', async () => {
    const outbound = createOutbound({ allow: ['127.0.0.0/8'], lookup });
    const response = await outbound.request({ ...get, url: `${canary.url}/path` });
    expect(Buffer.from(response.body).toString()).toBe('canary');
    expect(response).toMatchObject({ status: 200, url: `${canary.url}/path`, localAddress: '127.0.0.1' });
    expect(outbound.check(`http://[::1]:${canary.port}/`)).toBe('blocked_address');
    expect(outbound.check('http://10.0.0.5/')).toBe('blocked_address');
    expect(outbound.check('http://as.example/')).toBe('invalid_url');
    expect(await codeOf(outbound.request({ ...get, url: `http://both.localhost:${canary.port}/` }))).toBe('blocked_address before_send');
    expect(await codeOf(outbound.request({ ...get, url: `http://localhost:${canary.port}/` }))).toBe('answered');
  });

  it('a host by its name: http only where it is loopback', async () => {
    const outbound = createOutbound({ allow: ['opened.example', 'elsewhere.example', 'opened-metadata.example'], lookup });
    expect(await codeOf(outbound.request({ ...get, url: `http://opened.example:${canary.port}/` }))).toBe('answered');
    expect(await codeOf(outbound.request({ ...get, url: 'http://elsewhere.example/' }))).toBe('invalid_url before_send');
    expect(await codeOf(outbound.request({ ...get, url: 'https://elsewhere.example:5432/' }))).toBe('port_refused before_send');
    expect(await codeOf(outbound.request({ ...get, url: 'https://opened-metadata.example/' }))).toBe('blocked_address before_send');
    expect(outbound.check(`http://127.0.0.1:${canary.port}/`)).toBe('blocked_address');
  });

  it('never the metadata services', () => {
    const outbound = createOutbound({ allow: ['0.0.0.0/0', '::/0', 'metadata.google.internal'] });
    expect(outbound.check('https://169.254.169.254/')).toBe('blocked_address');
    expect(outbound.check('https://[::ffff:169.254.169.254]/')).toBe('blocked_address');
    expect(outbound.check('https://[fd00:ec2::254]/')).toBe('blocked_address');
    expect(outbound.check('https://metadata.google.internal/')).toBe('blocked_address');
    expect(outbound.check('https://10.0.0.5/')).toBeUndefined();
    expect(outbound.check('http://10.0.0.5/')).toBe('invalid_url');
  });

  it('isAllowedLoopback answers for what is opened and loopback alone', () => {
    const outbound = createOutbound({ allow: ['127.0.0.1', '10.0.0.0/8', '[::1]'] });
    const open = ['http://127.0.0.1:9/', 'https://127.1:9/', 'http://[::1]:80/', 'http://localhost:3000/jwks'];
    const shut = ['http://127.0.0.2/', 'https://10.0.0.1/', 'https://as.example/', 'nonsense'];
    expect(open.map((url) => outbound.isAllowedLoopback(url))).toEqual([true, true, true, true]);
    expect(shut.map((url) => outbound.isAllowedLoopback(url))).toEqual([false, false, false, false]);
    expect(createOutbound({ allow: [] }).isAllowedLoopback('http://localhost/')).toBe(false);
  });

  it.each(['127.0.0.0/99', 'http://localhost', 'a b', '*.example'])('refuses the entry %s at the start', (entry) => {
    expect(() => createOutbound({ allow: [entry] })).toThrow();
  });
});
