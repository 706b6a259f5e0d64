import type { Quirks } from '@registrar/dcr';
import { z } from 'zod';
import { camelCase } from '../snake-case.js';

const rotates = z.strictObject({ rat: z.boolean(), secret: z.boolean() });
const statuses = z.array(z.int().min(200).max(299)).min(1).max(10);
const members = z.array(z.string().min(1).max(100)).max(100);

/** How this server differs from the RFCs, where the vendor's own profile does not say so. */
export const declaredQuirks = z
  .strictObject({
    success_status: statuses,
    delete_status: statuses,
    jwks_mode: z
      .array(z.enum(['uri', 'inline']))
      .min(1)
      .max(2),
    marker: z.enum(['software_version', 'client_name', 'none']),
    assertion_audience: z.enum(['token_endpoint', 'issuer']),
    iat_mode: z.enum(['none', 'reusable', 'single', 'counted', 'client_credentials']),
    iat_scope: z
      .string()
      .regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,200}$/)
      .describe('The one scope of a token to register with that is asked for by client_credentials.'),
    software_statement: z.enum(['optional', 'required']).describe('Whether the server registers nobody without a software statement.'),
    unknown_field_policy: z.enum(['ignore', 'refuse']),
    read_rotates: rotates,
    put_rotates: rotates,
    put_secret: z.enum(['omit', 'include']),
    rat_ttl_ms: z.int().min(1000).max(3_153_600_000_000),
    management_auth: z.enum(['rat', 'admin_token', 'none']),
    management: z
      .array(z.enum(['read', 'update', 'delete']))
      .max(3)
      .describe('Which requests of RFC 7592 the server takes.'),
    jwks_cache_ms: z.int().min(0).max(2_592_000_000).describe('How long the server goes on using a key set that it fetched.'),
    secret_overlap: z.boolean().describe('Whether the old secret still works for a while after a rotation.'),
    client_expires: z.boolean().describe('Whether the whole client may expire.'),
    max_clients_hint: z.int().min(1).max(1_000_000),
    rate_budget: z.strictObject({ requests: z.int().min(1).max(1_000_000), per_ms: z.int().min(1).max(86_400_000) }),
    idempotent_by_metadata: z
      .boolean()
      .describe('Whether the same metadata again gives the same client: then a registration whose answer was lost is sent again.'),
    find_by_marker: z
      .enum(['none', 'client_name_prefix'])
      .describe(
        'Whether the initial access token opens a list of clients at the registration endpoint, searched by the beginning of their name.',
      ),
    unknown_outcome: z
      .enum(['hold', 'retry_once_and_list'])
      .describe('What is done about a lost answer that cannot be cleared up: a person resolves it, or it is sent once more and listed.'),
    orphans_per_day: z.int().min(0).max(1_000).describe('How many registrations a day may be sent once more so.'),
    dropped_members: members,
    registration_deadline_ms: z.int().min(1000).max(60_000),
    auth_methods: z.array(z.enum(['private_key_jwt', 'client_secret_basic', 'client_secret_post', 'none'])).max(4),
    signing_algs: z.array(z.enum(['ES384', 'RS384', 'ES256', 'RS256'])).max(4),
    registration: z.enum(['dynamic', 'portal']),
  })
  .partial();

export function quirksOf(body: z.output<typeof declaredQuirks> | undefined): Partial<Quirks> | undefined {
  // The schema's members are those of Quirks in snake_case; a spec compares the two.
  return body && camelCase(body);
}
