import type { ServerListing } from '../../apps/sandbox/src/command.js';
import { until } from './part.js';
import type { Stack } from './stack.js';

/** A registration as the API shows it, as far as journeys look at it. */
export interface ShownRegistration {
  id: string;
  tenant_id: string;
  ehr_id: string;
  status: string;
  action: string | null;
  client_id: string | null;
  client_scope: string | null;
  proof: string | null;
  manageable: string | null;
  problem: { code: string; detail: string; marker?: string; next_action: { actor: string; label: string } } | null;
  residue: { marker: string }[];
  operation: { id: string; kind: string; status: string };
}

/** What onboarding has brought in. */
export interface Onboarding {
  readonly applicationId: string;
  readonly tenants: readonly string[];
  /** Each with the server that it is. */
  readonly ehrs: readonly { readonly id: string; readonly server: ServerListing; readonly tenantId: string | undefined }[];
  ehrOf(vendor: string, tenantId: string): string;
}

/** An application, the sandbox's hospitals, and its servers as EHRs, as a product team brings them in. Nothing is registered yet. */
export async function onboard(stack: Stack, clientMetadata: object = {}): Promise<Onboarding> {
  const servers = await stack.sandbox.servers();
  const hospitals = [...new Set(servers.flatMap((server) => server.hospital ?? []))].sort();
  const create = async (path: string, body: unknown): Promise<string> => {
    const answer = await stack.call<{ id: string }>('POST', path, { body });
    if (answer.status !== 201) throw new Error(`${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    return answer.body.id;
  };
  const tenants: string[] = [];
  for (const hospital of hospitals) tenants.push(await create('/v1/tenants', { name: `Hospital ${hospital}`, external_id: hospital }));
  const applicationId = await create('/v1/applications', {
    name: 'Care Gaps',
    client_metadata: { client_name: 'Care Gaps', ...clientMetadata },
    required_scopes: ['system/Patient.rs'],
  });
  const ehrs: { id: string; server: ServerListing; tenantId: string | undefined }[] = [];
  for (const server of servers) {
    const tenantId = server.hospital === undefined ? undefined : tenants[hospitals.indexOf(server.hospital)];
    const name = `${server.vendor} ${server.hospital ?? ''}`.trim();
    const id = await create('/v1/ehrs', {
      name,
      environment: 'sandbox',
      fhir_base_url: server.fhir_base_url,
      ...(tenantId ? { tenant_id: tenantId } : {}),
    });
    if (server.initial_access_token !== undefined)
      await create(`/v1/ehrs/${id}/initial-access-tokens`, { value: server.initial_access_token });
    if (server.shared) {
      const override = {
        grant_types: ['authorization_code'],
        response_types: ['code'],
        redirect_uris: ['https://care-gaps.example/callback'],
        scope: 'openid launch',
      };
      await stack.call('PUT', `/v1/applications/${applicationId}/ehrs/${id}`, { body: { client_metadata: override } });
    }
    ehrs.push({ id, server, tenantId });
  }
  return {
    applicationId,
    tenants,
    ehrs,
    ehrOf: (vendor, tenantId) => ehrs.find((ehr) => ehr.server.vendor === vendor && (ehr.tenantId ?? tenantId) === tenantId)?.id ?? '',
  };
}

/** The registration once nothing of it goes on by itself any more. */
export function settled(stack: Stack, id: string): Promise<ShownRegistration> {
  return until(`registration ${id} to settle`, async () => {
    const { body } = await stack.call<ShownRegistration>('GET', `/v1/registrations/${id}`);
    return ['pending', 'registering', 'verifying'].includes(body.status) ? undefined : body;
  });
}
