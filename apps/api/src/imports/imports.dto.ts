import { ENVIRONMENTS, publicId } from '@registrar/database';
import { AUTH_METHODS, SIGNING_ALGS } from '@registrar/dcr';
import type { FieldProblem } from '@registrar/problem';
import { MAX_IMPORT_ROWS, type ImportAnswer, type ImportRow } from '@registrar/registrations';
import { Secret } from '@registrar/secret';
import { z } from 'zod';
import { defined } from '../defined.js';
import { idOf, moment, shownId } from '../public-id.dto.js';
import { fieldProblems } from '../validation.js';

const writeOnly = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .transform((text) => Secret.of(text));
const words = z.string().trim().min(1).max(4_000);

/** One client of a portfolio. */
export const importRow = z
  .strictObject({
    ref: z.string().min(1).max(200).optional().describe('The portfolio’s own name for the row; repeated in the answer'),
    tenant_id: idOf('ten').optional(),
    tenant_external_id: z.string().min(1).max(200).optional().describe('In place of tenant_id'),
    ehr_id: idOf('ehr'),
    application_id: idOf('app'),
    environment: z.enum(ENVIRONMENTS).describe('Must be the EHR’s: nothing crosses environments'),
    client_id: z
      .string()
      .min(1)
      .max(2_048)
      .regex(/^\S(.*\S)?$/u, 'without blanks around it'),
    token_endpoint_auth_method: z.enum(AUTH_METHODS).optional().describe('Left out: as the credential shows'),
    client_secret: writeOnly(4_096).optional().describe('Write-only'),
    client_secret_expires_at: moment().optional(),
    private_key: z
      .union([writeOnly(16_384), z.record(z.string(), z.unknown()).transform((jwk) => Secret.of(JSON.stringify(jwk)))])
      .optional()
      .describe('Write-only: a private JWK, or PKCS#8 in PEM'),
    kid: z.string().min(1).max(300).optional().describe('The key id by which the EHR knows the key, where the key names none'),
    signing_alg: z.enum(SIGNING_ALGS).optional(),
    registration_client_uri: z.url().max(2_048).optional(),
    registration_access_token: writeOnly(16_384).optional().describe('Write-only'),
    client_metadata: z.unknown().optional().describe('What is registered, as the portal shows it; left out, what the application says'),
    owner: z.string().trim().min(1).max(200).optional().describe('Who looked after the client until now'),
    evidence: z
      .union([words, z.record(z.string().min(1).max(100), z.string().max(2_000))])
      .optional()
      .describe('Never a secret'),
  })
  .refine((row) => (row.tenant_id === undefined) !== (row.tenant_external_id === undefined), {
    path: ['tenant_id'],
    params: { code: 'one_of' },
    message: 'Give either tenant_id or tenant_external_id.',
  });

/** The rows are judged one by one, so that each has its own answer. */
export const importing = z
  .strictObject({ rows: z.array(z.record(z.string(), z.unknown())).min(1).max(MAX_IMPORT_ROWS) })
  .describe('Each row: see ImportRow. The same as text/csv with a header line');
export type ImportBody = z.output<typeof importing>;

export interface ReadRows {
  readonly rows: readonly ImportRow[];
  readonly refused: readonly ImportAnswer[];
}

/** Reads every row by itself; what is malformed is refused with pointers into its row. */
export function readRows({ rows }: ImportBody): ReadRows {
  const read = rows.map((row, index) => ({ index, row, parsed: importRow.safeParse(row) }));
  return {
    rows: read.flatMap(({ index, parsed }) => (parsed.success ? [rowOf(index, parsed.data)] : [])),
    refused: read.flatMap(({ index, row, parsed }) =>
      parsed.success ? [] : [refusal(index, row['ref'], fieldProblems(parsed.error.issues))],
    ),
  };
}

function refusal(index: number, ref: unknown, errors: readonly FieldProblem[]): ImportAnswer {
  return { index, outcome: 'refused', errors, warnings: [], ...(typeof ref === 'string' ? { ref: ref.slice(0, 200) } : {}) };
}

function rowOf(index: number, row: z.output<typeof importRow>): ImportRow {
  return {
    index,
    tenant: row.tenant_id === undefined ? { externalId: row.tenant_external_id ?? '' } : { id: row.tenant_id },
    ehrId: row.ehr_id,
    applicationId: row.application_id,
    environment: row.environment,
    clientId: row.client_id,
    ...defined({
      ref: row.ref,
      authMethod: row.token_endpoint_auth_method,
      clientSecret: row.client_secret,
      clientSecretExpiresAt: row.client_secret_expires_at,
      privateKey: row.private_key,
      kid: row.kid,
      signingAlg: row.signing_alg,
      registrationClientUri: row.registration_client_uri,
      registrationAccessToken: row.registration_access_token,
      clientMetadata: row.client_metadata,
      owner: row.owner,
      evidence: row.evidence,
    }),
  };
}

const shownProblem = z.object({ pointer: z.string().describe('Into the row'), code: z.string(), detail: z.string() });
const rowCount = z.int().min(0).max(MAX_IMPORT_ROWS);
const OUTCOMES = ['planned', 'created', 'existing', 'refused'] as const;

export const shownImport = z.object({
  counts: z.object({ planned: rowCount, created: rowCount, existing: rowCount, refused: rowCount }),
  rows: z.array(
    z.object({
      row: z.int().min(1).max(MAX_IMPORT_ROWS).describe('From 1, as in the portfolio'),
      ref: z.string().nullable(),
      outcome: z.enum(OUTCOMES).describe('created: its proof is under way; existing: this client was there already'),
      registration_id: shownId('reg').nullable(),
      errors: z.array(shownProblem),
      warnings: z.array(shownProblem),
    }),
  ),
});

export function showImport(answers: readonly ImportAnswer[]): z.output<typeof shownImport> {
  const count = (outcome: ImportAnswer['outcome']) => answers.filter((answer) => answer.outcome === outcome).length;
  return {
    counts: { planned: count('planned'), created: count('created'), existing: count('existing'), refused: count('refused') },
    rows: [...answers]
      .sort((a, b) => a.index - b.index)
      .map((answer) => ({
        row: answer.index + 1,
        ref: answer.ref ?? null,
        outcome: answer.outcome,
        registration_id: answer.registrationId === undefined ? null : publicId('reg', answer.registrationId),
        errors: [...answer.errors],
        warnings: [...answer.warnings],
      })),
  };
}
