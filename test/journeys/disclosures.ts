import { createHash } from 'node:crypto';
import { verifyDocument, type PublicJwk } from '@registrar/keys';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ShownRegistration, Stack } from '../support/index.js';

type Keyed = ShownRegistration & { tenant_id: string; requested_metadata: { jwks_uri: string } };
interface World {
  readonly stack: Stack;
  /** A client with a key, and one with a secret, of one hospital. */
  readonly keyed: Keyed;
  readonly secret: ShownRegistration;
}

/** What an assessor and a hospital are shown of two clients that are in use, and what a leaked secret is matched to. */
export function describeDisclosures(given: () => World): void {
  let stack: Stack;
  let keyed: Keyed;
  let secret: ShownRegistration;
  beforeAll(() => {
    ({ stack, keyed, secret } = given());
  });

  describe('a secret that leaked', () => {
    const match = (leaked: string, key?: string) =>
      stack.call<{ matches: object[] }>('POST', '/v1/leaked-secrets/match', {
        body: { secret: leaked },
        ...(key === undefined ? {} : { key }),
      });

    it('is matched to its registration and version by owners and auditors, audited, and kept nowhere', async () => {
      const body = { reason: 'To see that a leaked one is found' };
      const { client_secret: leaked } = (
        await stack.call<{ client_secret: string }>('POST', `/v1/registrations/${secret.id}/reveal`, { body })
      ).body;
      const found = { kind: 'client_secret', version: 1, stage: 'current', registration_id: secret.id, client_id: secret.client_id };
      expect((await match(`  ${leaked}\n`)).body.matches).toMatchObject([found]);
      expect((await match(`${leaked}x`)).body.matches).toEqual([]);
      const auditor = await stack.call<{ key: string }>('POST', '/v1/api-keys', { body: { name: 'a', role: 'auditor' } });
      expect((await match(leaked, auditor.body.key)).body.matches).toMatchObject([found]);
      const product = await stack.call<{ key: string }>('POST', '/v1/api-keys', { body: { name: 'p', role: 'product' } });
      expect((await match(leaked, product.body.key)).status).toBe(403);
      const { body: elsewhere } = await stack.call<{ id: string }>('POST', '/v1/tenants', { body: { name: 'Elsewhere' } });
      const bound = await stack.call<{ key: string }>('POST', '/v1/api-keys', {
        body: { name: 'b', role: 'auditor', tenant_ids: [elsewhere.id] },
      });
      expect((await match(leaked, bound.body.key)).body.matches).toEqual([]);
      const entries = await stack.query<{ detail: { matches: object[] } }>(`SELECT detail FROM audit_events WHERE action = 'secret.match'`);
      expect(entries.map(({ detail }) => detail.matches.length)).toEqual([1, 0, 1, 0]);
      expect(JSON.stringify(entries)).not.toContain(leaked);
    });

    it('is matched after its bytes are destroyed too', async () => {
      const { body } = await stack.call<{ client_secret: string }>('POST', `/v1/registrations/${secret.id}/reveal`, {
        body: { reason: 'To see that an old one is found' },
      });
      const kept = await stack.query(`DELETE FROM secrets WHERE kind = 'client_secret' RETURNING *`);
      expect((await match(body.client_secret)).body.matches).toMatchObject([{ kind: 'client_secret', registration_id: secret.id }]);
      await stack.query(`INSERT INTO secrets SELECT * FROM jsonb_populate_recordset(NULL::secrets, $1::jsonb)`, [
        JSON.stringify(kept.map((row) => ({ ...row, sealed: `\\x${(row['sealed'] as Buffer).toString('hex')}` }))),
      ]);
    });
  });

  describe('GET /v1/reports/{name}', () => {
    const from = '2000-01-01T00:00:00Z';
    const to = '2100-01-01T00:00:00Z';
    const report = (name: string, more = '', key = stack.ownerKey) =>
      fetch(`${stack.baseUrl}/v1/reports/${name}?from=${from}&to=${to}${more}`, { headers: { authorization: `Bearer ${key}` } });

    it.each(['credential-inventory', 'access-review', 'rotations', 'approvals', 'reveals', 'off-boardings'])(
      '%s comes as JSON and CSV, each with a manifest that the published key verifies',
      async (name) => {
        for (const format of ['json', 'csv'] as const) {
          const answer = await report(name, `&format=${format}`);
          expect(answer.status).toBe(200);
          const text = await answer.text();
          const { keys } = (await (await fetch(answer.headers.get('report-manifest-keys') ?? '')).json()) as { keys: PublicJwk[] };
          const said = await verifyDocument(answer.headers.get('report-manifest') ?? '', keys, 'report-manifest+jws');
          const manifest = JSON.parse(said ?? '{}') as Record<string, unknown>;
          const rows = format === 'json' ? (JSON.parse(text) as { data: object[] }).data.length : text.trimEnd().split('\r\n').length - 1;
          expect(manifest).toMatchObject({
            ...{ report: name, format, rows, from: '2000-01-01T00:00:00.000Z', to: '2100-01-01T00:00:00.000Z' },
            sha256: createHash('sha256').update(text).digest('hex'),
          });
        }
      },
    );

    it('says which credentials there are and who was shown one, and holds no secret', async () => {
      const inventory = (await (await report('credential-inventory')).json()) as { data: Record<string, unknown>[] };
      expect(inventory.data.map((row) => row['registration_id']).sort()).toEqual([keyed.id, secret.id].sort());
      const reveals = await (await report('reveals', '&format=csv')).text();
      expect(reveals).toContain('Support case 4711: compare with the portal');
      expect(reveals).toContain('127.0.0.1');
      const { body } = await stack.call<{ client_secret: string }>('POST', `/v1/registrations/${secret.id}/reveal`, {
        body: { reason: '=HYPERLINK("https://evil.example")' },
      });
      const again = await (await report('reveals', '&format=csv')).text();
      expect(again).toContain(`"'=HYPERLINK(""https://evil.example"")"`);
      for (const name of ['credential-inventory', 'reveals']) expect(await (await report(name)).text()).not.toContain(body.client_secret);
    });

    it('of access names keys, what a group of the identity provider may do, and who came with it', async () => {
      const made = await stack.call<{ id: string }>('POST', '/v1/role-mappings', {
        body: { group: 'ehr-admins', role: 'customer_success' },
      });
      expect(made, JSON.stringify(made.body)).toMatchObject({ status: 201 });
      await stack.query(
        `WITH who AS (INSERT INTO people (workspace_id, id, issuer, subject, name, created_at, last_seen_at)
           SELECT id, gen_random_uuid(), 'https://login.example', 'u-1', 'somebody', now(), now() FROM workspaces LIMIT 1 RETURNING workspace_id, id)
         INSERT INTO sessions (workspace_id, id, person_id, groups, user_agent, created_at, expires_at, last_used_at)
         SELECT workspace_id, gen_random_uuid(), id, '["ehr-admins", "staff"]', 'test', now(), now() + interval '1 hour', now() FROM who`,
      );
      const { data } = (await (await report('access-review')).json()) as { data: Record<string, unknown>[] };
      expect(data.filter(({ kind }) => kind === 'api_key').length).toBeGreaterThan(0);
      expect(
        data.filter(({ kind }) => kind !== 'api_key').sort((a, b) => String(b['kind']).localeCompare(String(a['kind']))),
      ).toMatchObject([
        { kind: 'role_mapping', role_mapping_id: made.body.id, name: 'ehr-admins', role: 'customer_success' },
        { kind: 'person', person_id: expect.stringMatching(/^per_/) as string, name: 'somebody', groups: 'ehr-admins; staff' },
      ]);
    });

    it('is for owners, auditors and approvers, for a period that is one, and of what the key sees', async () => {
      const made = await stack.call<{ key: string }>('POST', '/v1/api-keys', { body: { name: 'cs', role: 'customer_success' } });
      expect((await report('reveals', '', made.body.key)).status).toBe(403);
      expect((await report('salaries')).status).toBe(404);
      expect((await stack.call('GET', `/v1/reports/reveals?from=${to}&to=${from}`)).status).toBe(400);
      expect((await stack.call('GET', '/v1/reports/reveals')).status).toBe(400);
      const { body: tenant } = await stack.call<{ id: string }>('POST', '/v1/tenants', { body: { name: 'No client' } });
      const bound = await stack.call<{ key: string }>('POST', '/v1/api-keys', {
        body: { name: 'b', role: 'auditor', tenant_ids: [tenant.id] },
      });
      for (const name of ['credential-inventory', 'rotations', 'approvals', 'reveals', 'off-boardings'])
        expect(await (await report(name, '', bound.body.key)).json()).toMatchObject({ data: [] });
      const keys = (await (await report('access-review', '', bound.body.key)).json()) as { data: Record<string, unknown>[] };
      expect(keys.data.map((row) => row['tenants'])).toEqual(['No client']);
    });
  });

  describe('a hospital’s link', () => {
    interface Link {
      id: string;
      url: string;
    }
    const make = async (tenantId: string, seconds = 3_600) => {
      const expires_at = new Date(Date.now() + seconds * 1_000).toISOString();
      return stack.call<Link>('POST', `/v1/tenants/${tenantId}/links`, { body: { expires_at, note: 'CISO' } });
    };
    let hospital: string;
    beforeAll(() => {
      hospital = keyed.tenant_id;
    });

    it('shows without an account which clients are held at it, and nothing of another hospital', async () => {
      const { body: link, status } = await make(hospital);
      expect(status).toBe(201);
      const answer = await fetch(`${link.url}/data`);
      const seen = (await answer.json()) as { hospital: { id: string }; clients: Record<string, unknown>[] };
      expect(seen.hospital.id).toBe(hospital);
      expect(seen.clients.map((client) => client['client_id']).sort()).toEqual([keyed.client_id, secret.client_id].sort());
      const one = seen.clients.find((client) => client['client_id'] === keyed.client_id);
      const published = (await (await fetch(keyed.requested_metadata.jwks_uri)).json()) as { keys: Record<string, string>[] };
      expect(one).toMatchObject({
        auth_method: 'private_key_jwt',
        key_thumbprints: published.keys.map((key) => key['kid']),
        status: 'active',
      });
      expect(one?.['last_used_at']).not.toBeNull();
      expect(one?.['last_rotated_at']).not.toBeNull();
      const { body: other } = await stack.call<{ id: string }>('POST', '/v1/tenants', { body: { name: 'Another <b>hospital</b>' } });
      const { body: others } = await make(other.id);
      expect(await (await fetch(`${others.url}/data`)).json()).toMatchObject({
        hospital: { id: other.id },
        clients: [],
        certificate: null,
      });
      const page = await (await fetch(others.url)).text();
      expect(page).toContain('Another &lt;b&gt;hospital&lt;/b&gt;');
      expect(page).not.toContain(keyed.client_id);
    });

    it('is a page that runs nothing, is kept nowhere and tells nobody where it stood', async () => {
      const { body: link } = await make(hospital);
      const answer = await fetch(link.url);
      expect(answer.headers.get('content-type')).toContain('text/html');
      expect(answer.headers.get('cache-control')).toBe('no-store');
      expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
      const policy = answer.headers.get('content-security-policy') ?? '';
      expect(policy).toMatch(
        /^default-src 'none'; style-src 'sha256-[\w+/=]+'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'$/,
      );
      const page = await answer.text();
      expect(page).toContain(keyed.client_id);
      expect(page).not.toMatch(/<script|<img|<form|<iframe|\son\w+=|javascript:/i);
      const style = /<style>([^<]*)<\/style>/.exec(page)?.[1] ?? '';
      expect(policy).toContain(createHash('sha256').update(style).digest('base64'));
    });

    it('that was changed, revoked or never made is the same 404', async () => {
      const { body: link } = await make(hospital);
      const token = link.url.split('/').at(-1) ?? '';
      const changed = [...token].map((letter, index) => `${token.slice(0, index)}${letter === 'A' ? 'B' : 'A'}${token.slice(index + 1)}`);
      const answers = new Set<string>();
      const not = async (url: string) => {
        const answer = await fetch(url);
        const problem = (await answer.json()) as Record<string, unknown>;
        answers.add(JSON.stringify([answer.status, { ...problem, request_id: '' }]));
      };
      for (const other of changed.filter((_, index) => index % 9 === 0)) await not(`${stack.baseUrl}/shared/${other}`);
      for (const other of ['x', `${token}A`, token.slice(1), '..%2f']) await not(`${stack.baseUrl}/shared/${other}/data`);
      expect((await fetch(link.url)).status).toBe(200);
      expect(await stack.call('DELETE', `/v1/tenants/${hospital}/links/${link.id}`)).toMatchObject({ status: 200, body: { id: link.id } });
      await not(link.url);
      await not(`${link.url}/data`);
      expect([...answers]).toHaveLength(1);
      expect([...answers][0]).toContain('404');
    });

    it('is made, listed and revoked by owners and customer success, each hospital’s apart; the log holds none of them', async () => {
      const cs = (await stack.call<{ key: string }>('POST', '/v1/api-keys', { body: { name: 'cs', role: 'customer_success' } })).body.key;
      const product = (await stack.call<{ key: string }>('POST', '/v1/api-keys', { body: { name: 'p', role: 'product' } })).body.key;
      const path = `/v1/tenants/${hospital}/links`;
      const listed = await stack.call<{ data: { last_opened_at: string | null; revoked_at: string | null }[] }>('GET', path, { key: cs });
      expect(listed.body.data).toHaveLength(3);
      expect(JSON.stringify(listed.body)).not.toContain('/shared/');
      expect(listed.body.data.filter(({ revoked_at }) => revoked_at !== null)).toHaveLength(1);
      expect((await stack.call('GET', path, { key: product })).status).toBe(403);
      expect((await make(hospital, -5)).status).toBe(422);
      expect((await make(hospital, 400 * 86_400)).status).toBe(422);
      const { body: other } = await stack.call<{ id: string }>('POST', '/v1/tenants', { body: { name: 'Third' } });
      const { body: foreign } = await make(other.id);
      expect((await stack.call('DELETE', `${path}/${foreign.id}`)).status).toBe(404);
      const actions = await stack.query<{ action: string }>(`SELECT action FROM audit_events WHERE action LIKE 'tenant_link.%'`);
      expect(actions.filter(({ action }) => action === 'tenant_link.revoke')).toHaveLength(1);
    });
  });
}

/** The deletion certificate as a hospital sees it by its link, without an account. */
export async function certificateByLink(stack: Stack, tenantId: string): Promise<{ readonly jws: string; readonly jwks_uri: string }> {
  const body = { expires_at: new Date(Date.now() + 86_400_000).toISOString() };
  const link = await stack.call<{ url: string }>('POST', `/v1/tenants/${tenantId}/links`, { body });
  const seen = (await (await fetch(`${link.body.url}/data`)).json()) as { certificate: { jws: string; jwks_uri: string } };
  return seen.certificate;
}
