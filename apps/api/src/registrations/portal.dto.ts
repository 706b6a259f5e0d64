import { ENVIRONMENTS, publicId } from '@registrar/database';
import type { MadeClient, Resolution, Worksheet } from '@registrar/registrations';
import { Secret } from '@registrar/secret';
import { z } from 'zod';
import { apiProblem } from '../api.problems.js';
import { shownId } from '../public-id.dto.js';

const clientId = z
  .string()
  .min(1)
  .max(2_048)
  .regex(/^\S(.*\S)?$/u, 'without blanks around it')
  .describe('As the portal shows it, to the letter');
const clientSecret = z
  .string()
  .min(1)
  .max(4_096)
  .regex(/^[\x20-\x7e]+$/, 'printable ASCII')
  .transform((text) => Secret.of(text))
  .describe('Write-only: it is sealed and never shown');
const words = z.string().trim().min(1).max(4_000);
export const evidence = z
  .union([
    words,
    z
      .record(z.string().min(1).max(100), z.string().max(2_000))
      .refine((entries) => Object.keys(entries).length <= 20, 'at most 20 entries'),
  ])
  .describe('What shows it: words, or named entries such as ticket and contact. Never a secret');

export const completion = z.strictObject({
  client_id: clientId.optional().describe('Needed, but where a client that a deregistration left at the portal was removed there'),
  client_secret: clientSecret.optional(),
  evidence: evidence.optional(),
});
export type CompletionBody = z.output<typeof completion>;

export const resolution = z.discriminatedUnion('resolution', [
  z.strictObject({ resolution: z.literal('absent').describe('There is no client'), evidence }),
  z.strictObject({ resolution: z.literal('removed').describe('There was one; it was removed'), client_id: clientId.optional(), evidence }),
  z.strictObject({ resolution: z.literal('retry').describe('Nobody can tell: send it again, with a new marker'), evidence }),
  z.strictObject({
    resolution: z.literal('adopt').describe('There is one: use it'),
    client_id: clientId,
    client_secret: clientSecret.optional(),
    evidence,
  }),
]);
export type ResolutionBody = z.output<typeof resolution>;

export function madeClientOf(body: { readonly client_id?: string | undefined; readonly client_secret?: Secret | undefined }): MadeClient {
  if (body.client_id === undefined)
    throw apiProblem('api.invalid_body', {
      errors: [{ pointer: '/client_id', code: 'required', detail: 'The client id as the portal shows it.' }],
    });
  return { clientId: body.client_id, ...(body.client_secret ? { clientSecret: body.client_secret } : {}) };
}

export function resolutionOf(body: ResolutionBody): Resolution {
  const { evidence: shown } = body;
  switch (body.resolution) {
    case 'adopt':
      return { resolution: 'adopt', made: madeClientOf(body), evidence: shown };
    case 'removed':
      return { resolution: 'removed', evidence: shown, ...(body.client_id === undefined ? {} : { clientId: body.client_id }) };
    default:
      return { resolution: body.resolution, evidence: shown };
  }
}

export const shownWorksheet = z.object({
  registration_id: shownId('reg'),
  attempt_id: shownId('att'),
  marker: z.string(),
  checksum: z.string().describe('SHA-256 of the document that the fields are taken from'),
  environment: z.enum(ENVIRONMENTS),
  vendor: z.string(),
  portal: z.string(),
  notes: z.array(z.string()),
  fields: z.array(z.object({ name: z.string(), title: z.string(), values: z.array(z.string()) })),
  changed: z.array(z.string()).describe('The fields that a change of a client that stands already is about'),
  client_metadata: z.record(z.string(), z.unknown()),
  secret_needed: z.boolean().describe('Whether complete has to bring a client secret'),
  shared_client_id: z.string().nullable().describe('The one client for all hospitals, where there is one already: complete with it'),
  completed: z.boolean(),
});

export function showWorksheet(worksheet: Worksheet): z.output<typeof shownWorksheet> {
  return {
    registration_id: publicId('reg', worksheet.registrationId),
    attempt_id: publicId('att', worksheet.attemptId),
    marker: worksheet.marker,
    checksum: worksheet.checksum,
    environment: worksheet.environment,
    vendor: worksheet.vendor,
    portal: worksheet.portal,
    notes: [...worksheet.notes],
    fields: worksheet.fields.map((field) => ({ name: field.name, title: field.title, values: [...field.values] })),
    changed: [...worksheet.changed],
    client_metadata: { ...worksheet.clientMetadata },
    secret_needed: worksheet.secretNeeded,
    shared_client_id: worksheet.sharedClientId,
    completed: worksheet.completed,
  };
}
