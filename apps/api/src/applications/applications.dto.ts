import type { Application, ApplicationOverride } from '@registrar/applications';
import { publicId } from '@registrar/database';
import { z } from 'zod';
import { pageQuery } from '../page.dto.js';
import { shownId, shownMoment } from '../public-id.dto.js';

const kind = z.enum(['backend', 'ehr_launch', 'standalone', 'patient']);
const scopes = z.array(z.string().min(1).max(500)).max(200);
const launchUrl = z.string().min(1).max(2000).describe('Where an EHR starts the application');
const metadata = z.record(z.string().max(300), z.unknown());
const clientMetadata = metadata.describe('RFC 7591 client metadata; an auth method that is left out is negotiated for each server');

export const newApplication = z.strictObject({
  name: z.string().trim().min(1).max(200),
  kind: kind.default('backend'),
  client_metadata: clientMetadata.default({}),
  required_scopes: scopes.optional(),
  optional_scopes: scopes.optional(),
  launch_url: launchUrl.optional(),
});
export type NewApplicationBody = z.output<typeof newApplication>;

/** Absent stays; everything but the name makes a new revision. */
export const applicationChange = z.strictObject({
  name: z.string().trim().min(1).max(200).optional(),
  client_metadata: clientMetadata.optional(),
  required_scopes: scopes.optional(),
  optional_scopes: scopes.optional(),
  launch_url: launchUrl.nullable().optional(),
});
export type ApplicationChangeBody = z.output<typeof applicationChange>;

export const newOverride = z.strictObject({ client_metadata: metadata.describe('What the application says differently at this EHR') });
export type NewOverrideBody = z.output<typeof newOverride>;

export const applicationsQuery = pageQuery.extend({ kind: kind.optional() });
export type ApplicationsQuery = z.output<typeof applicationsQuery>;

export const shownApplication = z.object({
  id: shownId('app'),
  name: z.string(),
  kind,
  revision: z.object({ id: shownId('rev'), number: z.int().min(1).max(2_147_483_647), created_at: shownMoment() }),
  client_metadata: z.record(z.string(), z.unknown()),
  required_scopes: z.array(z.string()),
  optional_scopes: z.array(z.string()),
  launch_url: z.string().nullable(),
  suspended_at: shownMoment().nullable(),
  created_at: shownMoment(),
  updated_at: shownMoment(),
});

export const shownOverride = z.object({
  application_id: shownId('app'),
  ehr_id: shownId('ehr'),
  client_metadata: z.record(z.string(), z.unknown()),
  created_at: shownMoment(),
  updated_at: shownMoment(),
});

export function showApplication(application: Application): z.output<typeof shownApplication> {
  const { revision } = application;
  return {
    id: publicId('app', application.id),
    name: application.name,
    kind: application.kind,
    revision: { id: publicId('rev', revision.id), number: revision.number, created_at: revision.createdAt.toISOString() },
    client_metadata: { ...revision.clientMetadata },
    required_scopes: [...revision.requiredScopes],
    optional_scopes: [...revision.optionalScopes],
    launch_url: revision.launchUrl ?? null,
    suspended_at: application.suspendedAt?.toISOString() ?? null,
    created_at: application.createdAt.toISOString(),
    updated_at: application.updatedAt.toISOString(),
  };
}

export function showOverride(override: ApplicationOverride): z.output<typeof shownOverride> {
  return {
    application_id: publicId('app', override.applicationId),
    ehr_id: publicId('ehr', override.ehrId),
    client_metadata: { ...override.clientMetadata },
    created_at: override.createdAt.toISOString(),
    updated_at: override.updatedAt.toISOString(),
  };
}
