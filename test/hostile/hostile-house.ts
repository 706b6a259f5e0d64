import { expect } from 'vitest';
import { startStack, until, type ShownRegistration, type Stack } from '../support/index.js';
import { LyingServer, type Site } from './lying-server.js';

export interface ShownAttempt {
  id: string;
  kind: string;
  status: string;
  marker: string;
  upstream_status: number | null;
  outcome: Record<string, unknown> | null;
  client_id: string | null;
  answer_kept: boolean;
}

/** The whole of Registrar against servers that lie: one stack for all the cases of a file. */
export interface HostileHouse {
  readonly stack: Stack;
  readonly lying: LyingServer;
  /** A sound site with an EHR that points to it, a hospital of its own, and how to register there. */
  place(name: string, options?: PlaceOptions): Promise<Place>;
  create<Body extends { id: string }>(path: string, body: object): Promise<Body>;
  applicationId: string;
  read(id: string): Promise<Shown>;
  attempts(id: string): Promise<ShownAttempt[]>;
  stop(): Promise<void>;
}

export interface PlaceOptions {
  readonly quirks?: object;
  readonly limits?: object;
  /** Members of what the site publishes. */
  readonly metadata?: object;
  /** For all hospitals. */
  readonly shared?: boolean;
  /** An initial access token, as it is supplied. */
  readonly token?: string;
}

export interface Place {
  readonly site: Site;
  readonly ehrId: string;
  readonly tenantId: string;
  /** Asks for a registration and waits until nothing goes on by itself. */
  register(body?: object): Promise<Shown>;
  /** The server's ledger against Registrar's books, by marker, both ways (I1). */
  accounted(): Promise<void>;
}

const SETTLED_NOT = ['pending', 'registering', 'verifying'];
/** What waits for one of these goes on for as long as the server is as it is. */
const WAITS = new Set(['rate_limited', 'ehr_unreachable', 'ehr_slow']);

export type Shown = ShownRegistration & { drift: string; waiting: { reason: string; until?: string } | null };

export async function hostileHouse(env: NodeJS.ProcessEnv = {}): Promise<HostileHouse> {
  const lying = await LyingServer.start();
  const stack = await startStack({
    sandbox: false,
    env: { PROOF_LADDER_MS: '0,200', DEREGISTER_LADDER_MS: '100', SWEEP_INTERVAL_MS: '200', OUTBOUND_ALLOW: '127.0.0.1', ...env },
  });
  const create = async <Body extends { id: string }>(path: string, body: object): Promise<Body> => {
    const answer = await stack.call<Body>('POST', path, { body });
    if (answer.status >= 300) throw new Error(`${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const { id: applicationId } = await create('/v1/applications', {
    name: 'Care Gaps',
    client_metadata: { client_name: 'Care Gaps', token_endpoint_auth_method: 'client_secret_basic' },
    required_scopes: ['system/Patient.rs'],
  });
  const read = async (id: string) => (await stack.call<Shown>('GET', `/v1/registrations/${id}`)).body;
  const attempts = async (id: string) =>
    (await stack.call<{ data: ShownAttempt[] }>('GET', `/v1/registrations/${id}/attempts?limit=200`)).body.data;
  return {
    stack,
    lying,
    applicationId,
    create,
    read,
    attempts,
    async place(name, { quirks, limits, metadata, shared, token } = {}) {
      const site = lying.site(name);
      if (metadata) site.metadata = { ...metadata };
      const { id: tenantId } = await create('/v1/tenants', { name: `Hospital ${name}` });
      const { id: ehrId } = await create('/v1/ehrs', {
        name,
        environment: 'sandbox',
        fhir_base_url: site.base,
        ...(shared ? {} : { tenant_id: tenantId }),
        ...(quirks ? { quirks } : {}),
        ...(limits ? { limits } : {}),
      });
      if (token !== undefined) await create(`/v1/ehrs/${ehrId}/initial-access-tokens`, { value: token });
      return {
        site,
        ehrId,
        tenantId,
        async register(body = {}) {
          const { id } = await create('/v1/registrations', { tenant_id: tenantId, ehr_id: ehrId, application_id: applicationId, ...body });
          return until(`a registration at ${name} to settle`, async () => {
            const shown = await read(id);
            return SETTLED_NOT.includes(shown.status) && !WAITS.has(shown.waiting?.reason ?? '') ? undefined : shown;
          });
        },
        async accounted() {
          const rows = await stack.query<{ marker: string; status: string }>(
            `SELECT a.marker, a.status FROM attempts a JOIN registrations r ON r.id = a.registration_id
              WHERE a.kind = 'register' AND a.url LIKE $1`,
            [`%/${name}/%`],
          );
          for (const client of site.clients) {
            const text = JSON.stringify(client.metadata);
            const known = rows.filter(({ marker }) => text.includes(marker));
            expect(known.map(({ status }) => status)).toEqual([
              expect.stringMatching(/^(adopted|superseded|deleted|unknown|orphaned|accepted)$/),
            ]);
          }
          // No book knows of a client that the server does not have.
          const adopted = rows.filter(({ status }) => status === 'adopted');
          for (const { marker } of adopted)
            expect(site.clients.some(({ metadata }) => JSON.stringify(metadata).includes(marker))).toBe(true);
          expect(rows.filter(({ status }) => status === 'sending')).toEqual([]);
        },
      };
    },
    async stop() {
      await stack.stop();
      await lying.stop();
    },
  };
}
