import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../support/index.js';
import { testAuthority, type TestAuthority } from './certificates.js';
import { hostileHouse, type HostileHouse } from './hostile-house.js';
import { LyingServer } from './lying-server.js';

let authority: TestAuthority;
let house: HostileHouse;
let folder: string;
beforeAll(async () => {
  authority = testAuthority();
  folder = mkdtempSync(join(tmpdir(), 'registrar-ca-'));
  writeFileSync(join(folder, 'ca.pem'), authority.cert);
  house = await hostileHouse({ OUTBOUND_ALLOW: '127.0.0.1,::1', NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem') });
});
afterAll(async () => {
  await house.stop();
  authority.remove();
  rmSync(folder, { recursive: true });
});

interface ShownEhr {
  id: string;
  status: string;
  discovery: { documents: { problem: string | null }[] };
}
const ehr = (server: LyingServer, name: string, tenantId: string) =>
  house.create<ShownEhr>('/v1/ehrs', { name, environment: 'sandbox', fhir_base_url: server.site(name).base, tenant_id: tenantId });

describe('a server that cannot prove who it is', () => {
  it('[U26] an expired, self-signed or wrong certificate, TLS 1.1, and one that is swapped: nothing is sent, and nothing weaker is tried', async () => {
    const { id: tenantId } = await house.create('/v1/tenants', { name: 'u26' });
    const stranger = testAuthority();
    const good = authority.issue('localhost');
    const wrong = {
      expired: authority.issue('localhost', true),
      stranger: stranger.issue('localhost'),
      named: authority.issue('other.example'),
      old: { ...good, minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' },
    } as const;
    for (const [name, tls] of Object.entries(wrong)) {
      const server = await LyingServer.start(tls);
      const made = await ehr(server, `u26${name}`, tenantId);
      expect([name, made.status]).toEqual([name, 'unreachable']);
      for (const { problem } of made.discovery.documents) expect(problem).toBe('tls_failed');
      await server.stop();
    }
    const server = await LyingServer.start(good);
    const site = server.site('u26swap');
    const made = await house.create<ShownEhr>('/v1/ehrs', {
      name: 'u26swap',
      environment: 'sandbox',
      fhir_base_url: site.base,
      tenant_id: tenantId,
    });
    expect(made.status).toBe('ready');
    const heard = site.heard.length;
    server.show(stranger.issue('localhost'));
    const { id } = await house.create('/v1/registrations', { tenant_id: tenantId, ehr_id: made.id, application_id: house.applicationId });
    const waits = await until('it to wait', async () => {
      const shown = await house.read(id);
      return shown.operation.status === 'waiting' ? shown : undefined;
    });
    expect(waits).toMatchObject({
      status: 'registering',
      problem: { code: 'registrations.tls_invalid' },
      waiting: { reason: 'ehr_unreachable' },
    });
    expect((await house.attempts(id)).map(({ status, outcome }) => [status, outcome])).toEqual([['not_sent', { code: 'tls_failed' }]]);
    expect([site.heard.length, site.clients]).toEqual([heard, []]);
    await server.stop();
    stranger.remove();
  });
});
