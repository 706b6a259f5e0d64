import { until } from './part.js';
import type { Stack } from './stack.js';

/** One authorization server of the sandbox, as its control port tells of it. */
export interface Site {
  readonly vendor: string;
  readonly hospital?: string;
  readonly issuer: string;
  readonly fhir_base_url: string;
  readonly initial_access_token?: string;
}

export interface Registered {
  readonly id: string;
  readonly status: string;
  readonly client_id: string | null;
  readonly [member: string]: unknown;
}

/** What each vendor of the sandbox takes: three register backends, the shared one registers apps that people launch. */
const APPLICATIONS: Readonly<Record<string, object>> = {
  lagoon: {
    kind: 'ehr_launch',
    client_metadata: { client_name: 'Launch', redirect_uris: ['https://app.example/callback'] },
    required_scopes: ['launch', 'openid', 'fhirUser'],
  },
};
const BACKEND = { kind: 'backend', client_metadata: { client_name: 'Backend' }, required_scopes: ['system/Patient.rs'] };

export async function siteOf(stack: Stack, vendor: string, hospital?: string): Promise<Site> {
  const sites = (await stack.sandbox.servers()) as Site[];
  const found = sites.find((site) => site.vendor === vendor && (hospital === undefined || site.hospital === hospital));
  if (!found) throw new Error(`The sandbox has no ${vendor} ${hospital ?? ''}`);
  return found;
}

/** Creates something and gives its id. */
export async function make(stack: Stack, path: string, body: object): Promise<string> {
  const answer = await stack.call<{ id: string }>('POST', path, { body });
  if (answer.status !== 201) throw new Error(`POST ${path} was answered ${answer.status}: ${JSON.stringify(answer.body)}`);
  return answer.body.id;
}

/** A hospital at one of the sandbox's servers, with an application registered there by HTTP alone, up to `active`. */
export async function registered(stack: Stack, vendor: string, hospital?: string): Promise<Registered> {
  const id = await register(stack, vendor, hospital);
  return until(`the registration at ${vendor} to be active`, async () => {
    const { body } = await stack.call<Registered>('GET', `/v1/registrations/${id}`);
    return body.status === 'active' ? body : undefined;
  });
}

/** The same, as far as the answer 202. @returns the registration's id */
export async function register(stack: Stack, vendor: string, hospital?: string): Promise<string> {
  const site = await siteOf(stack, vendor, hospital);
  const tenant_id = await make(stack, '/v1/tenants', { name: `${vendor} ${site.hospital ?? ''} hospital` });
  const ehr_id = await make(stack, '/v1/ehrs', { name: vendor, environment: 'sandbox', fhir_base_url: site.fhir_base_url });
  if (site.initial_access_token !== undefined)
    await make(stack, `/v1/ehrs/${ehr_id}/initial-access-tokens`, { value: site.initial_access_token });
  const application_id = await make(stack, '/v1/applications', { name: `${vendor} app`, ...(APPLICATIONS[vendor] ?? BACKEND) });
  const answer = await stack.call<{ id: string }>('POST', '/v1/registrations', { body: { tenant_id, ehr_id, application_id } });
  if (answer.status !== 202) throw new Error(`The registration was answered ${answer.status}: ${JSON.stringify(answer.body)}`);
  return answer.body.id;
}
