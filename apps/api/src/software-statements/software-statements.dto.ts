import { ENVIRONMENTS, publicId } from '@registrar/database';
import { metadataClaims } from '@registrar/dcr';
import { Secret } from '@registrar/secret';
import type { IssuedStatement, StoredStatement, UploadedStatement } from '@registrar/statements';
import { z } from 'zod';
import { idOf, moment, shownId, shownMoment } from '../public-id.dto.js';

const statement = z.string().regex(/^[!-~]{1,32768}$/, 'up to 32768 visible ASCII characters');

/** A statement that somebody else made, or one that Registrar is to sign. Neither is ever read back. */
export const newSoftwareStatement = z
  .strictObject({
    value: statement.optional().describe('The statement to the letter: a JWS in its compact form'),
    jwks_uri: z.string().min(1).max(2_000).optional().describe("Where its issuer's keys are; left out, the issuer's own metadata is asked"),
    application_id: idOf('app').optional().describe('Which application it is for; left out: the one whose software_id it names'),
    issue: z
      .strictObject({ application_id: idOf('app'), expires_at: moment().optional().describe('365 days from now when left out') })
      .optional()
      .describe("Signs one with the workspace's key, for an EHR that trusts it"),
    tenant_id: idOf('ten').optional().describe('The only hospital that it is for'),
  })
  .refine((body) => (body.value === undefined) !== (body.issue === undefined), { message: 'Give either value or issue.', path: ['value'] })
  .refine((body) => body.issue === undefined || (body.jwks_uri ?? body.application_id) === undefined, {
    message: 'jwks_uri and application_id go with value.',
    path: ['issue'],
  });

export type NewSoftwareStatementBody = z.output<typeof newSoftwareStatement>;

/** Wraps the text at the edge. */
export function uploadOf(body: NewSoftwareStatementBody): UploadedStatement {
  const { value = '', jwks_uri, application_id, tenant_id } = body;
  return { value: Secret.of(value), jwksUri: jwks_uri, applicationId: application_id, tenantId: tenant_id };
}

export function issueOf(body: NewSoftwareStatementBody): IssuedStatement | undefined {
  const { issue, tenant_id } = body;
  return issue && { applicationId: issue.application_id, expiresAt: issue.expires_at, tenantId: tenant_id };
}

export const shownSoftwareStatement = z.object({
  id: shownId('sst'),
  ehr_id: shownId('ehr'),
  tenant_id: shownId('ten').nullable(),
  application_id: shownId('app'),
  environment: z.enum(ENVIRONMENTS),
  origin: z.enum(['uploaded', 'issued']),
  iss: z.string().describe('Who issued it; of those that Registrar signs: where the keys are that verify it'),
  jti: z.string().nullable(),
  software_id: z.string().nullable(),
  alg: z.string(),
  signature: z.enum(['verified', 'unverified']).describe("unverified: its issuer's keys are not known here, and the EHR decides"),
  fixes: z.array(z.string()).describe('The client metadata that it fixes: the EHR takes these from it, not from the request'),
  pinned_origin: z.string(),
  status: z.enum(['available', 'defective', 'expired']).describe('defective: two attempts in a row were refused because of it'),
  failures: z.int().min(0).max(2_147_483_647),
  expires_at: shownMoment().nullable(),
  created_at: shownMoment(),
});

export function showSoftwareStatement(stored: StoredStatement): z.output<typeof shownSoftwareStatement> {
  return {
    id: publicId('sst', stored.id),
    ehr_id: publicId('ehr', stored.ehrId),
    tenant_id: stored.tenantId === undefined ? null : publicId('ten', stored.tenantId),
    application_id: publicId('app', stored.applicationId),
    environment: stored.environment,
    origin: stored.origin,
    iss: stored.iss,
    jti: stored.jti ?? null,
    software_id: stored.softwareId ?? null,
    alg: stored.alg,
    signature: stored.signature,
    fixes: Object.keys(metadataClaims(stored.claims)).sort(),
    pinned_origin: stored.pinnedOrigin,
    status: stored.status === 'deleted' ? 'expired' : stored.status,
    failures: stored.failures,
    expires_at: stored.expiresAt?.toISOString() ?? null,
    created_at: stored.createdAt.toISOString(),
  };
}
