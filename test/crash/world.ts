import { startStack, type Stack } from '../support/index.js';
import { WITNESS } from './books.js';
import { WORKERS } from './plan.js';
import { startFragilePostgres, type FragilePostgres } from './postgres.js';

/** Servers that differ in what a lost answer costs: nothing, the registration access token, the secret. */
const PRODUCTS = ['pingfederate', 'authlib', 'oauth_overlap', 'hydra'] as const;
/** Where it hangs, when it is to hang. */
export const SICK = 'pingam';

export interface CrashWorld {
  readonly stack: Stack;
  readonly postgres: FragilePostgres;
  readonly tenants: readonly string[];
  readonly ehrs: readonly string[];
  readonly sickEhr: string;
  /** One whose clients sign, one whose clients have a secret. */
  readonly applications: readonly [keys: string, secrets: string];
  stop(): Promise<void>;
}

/** The whole stack on a Postgres that can be ended hard, with hospitals and EHRs; leases are short, so what a dead worker left is soon taken up. */
export async function startCrashWorld(tenantCount: number, workers = WORKERS): Promise<CrashWorld> {
  const postgres = await startFragilePostgres();
  const stack = await startStack({
    server: postgres.server,
    backend: 'postgres',
    workers,
    sandboxEnv: {
      SANDBOX_VENDORS: 'none',
      SANDBOX_SIMULATE: [...PRODUCTS, SICK].join(','),
      SANDBOX_HOSPITALS: '2',
      SANDBOX_DELAY_MS: '150',
    },
    env: {
      LEASE_MS: '4000',
      SWEEP_INTERVAL_MS: '500',
      PROOF_LADDER_MS: '0,200,500,1000,2000,4000,8000,8000',
      DEREGISTER_LADDER_MS: '200,500,1000,2000,4000,8000',
    },
  });
  await stack.sandbox.simulator.change({}, { jwksCacheMs: 0, refetchOnUnknownKid: true });
  await stack.query(WITNESS);
  const create = async (path: string, body: object): Promise<string> => {
    const answer = await stack.call<{ id: string }>('POST', path, { body });
    if (answer.status !== 201) throw new Error(`${path} was answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    return answer.body.id;
  };
  const tenants: string[] = [];
  for (let n = 0; n < tenantCount; n += 1) tenants.push(await create('/v1/tenants', { name: `Hospital ${n}` }));
  const limits = { max_in_flight: 60, per_second: 1_000 };
  const ehr = (server: { vendor: string; fhir_base_url: string }, n: number) =>
    create('/v1/ehrs', {
      name: `${server.vendor} ${n}`,
      environment: 'sandbox',
      vendor: server.vendor,
      fhir_base_url: server.fhir_base_url,
      limits,
    });
  const servers = await stack.sandbox.servers();
  const ehrs: string[] = [];
  for (const [n, server] of servers.filter(({ vendor }) => vendor !== SICK).entries()) ehrs.push(await ehr(server, n));
  const [sick] = servers.filter(({ vendor }) => vendor === SICK);
  if (!sick) throw new Error('There is no server that could be sick');
  const application = (method: string) =>
    create('/v1/applications', {
      name: method,
      client_metadata: { client_name: method, token_endpoint_auth_method: method, grant_types: ['client_credentials'] },
      required_scopes: ['system/Patient.rs'],
    });
  return {
    stack,
    postgres,
    tenants,
    ehrs,
    sickEhr: await ehr(sick, 99),
    applications: [await application('private_key_jwt'), await application('client_secret_basic')],
    stop: async () => {
      await stack.stop();
      await postgres.stop();
    },
  };
}
