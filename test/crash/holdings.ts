import { join } from 'node:path';
import { verifyChain } from '@registrar/audit';
import { SystemClock } from '@registrar/clock';
import { openDatabase } from '@registrar/database';
import { fileKeyEncryptionKey, openVault } from '@registrar/vault';
import type { Stack } from '../support/index.js';
import type { AuditTrail } from './audited.js';
import { digestOf } from './digest.js';
import type { Held } from './held.js';

interface HeldRow {
  workspace_id: string;
  tenant_id: string;
  registration_id: string;
  client_row: string;
  client_id: string;
  rat_version: number;
  rat: Buffer | null;
  credential_id: string;
  kind: string;
  version: number;
  kid: string | null;
  sealed: Buffer | null;
  published: boolean;
}

const HELD = `SELECT r.workspace_id, r.tenant_id, r.id AS registration_id, c.id AS client_row, c.client_id, c.registration_access_token_version AS rat_version,
    rat.sealed AS rat, k.id AS credential_id, k.kind, k.version, k.kid, s.sealed, coalesce(d.body::text LIKE '%' || k.kid || '%', false) AS published
  FROM registrations r JOIN clients c ON c.id = r.client_id JOIN credentials k ON k.registration_id = r.id AND k.stage = 'current'
  LEFT JOIN secrets rat ON rat.subject_id = c.id AND rat.kind = 'registration_access_token' AND rat.version = c.registration_access_token_version
  LEFT JOIN secrets s ON s.subject_id = k.id AND s.kind = k.kind AND s.version = k.version
  LEFT JOIN published_documents d ON d.id = k.key_set_id`;

/** Opens with the stack's own keys what it holds, and follows its audit chains. */
export async function openHoldings(stack: Stack, chained: boolean): Promise<{ readonly held: Held[]; readonly trail: AuditTrail }> {
  const database = await openDatabase({ url: stack.database.databaseUrl, poolSize: 2, applicationName: 'crash' });
  const kek = fileKeyEncryptionKey(join(stack.home, 'kek'), { createIfMissing: false });
  const { vault } = await openVault(database, kek, new SystemClock());
  const rows = await stack.query<HeldRow>(HELD);
  const open = (row: HeldRow, sealed: Buffer | null, subjectId: string, kind: string, version: number) =>
    sealed === null
      ? Promise.resolve(null)
      : vault
          .open({ workspaceId: row.workspace_id, tenantId: row.tenant_id }, { subjectId, kind, version }, sealed)
          .then((secret) => digestOf(secret.expose()));
  const held = await Promise.all(
    rows.map(async (row) => ({
      registrationId: row.registration_id,
      clientId: row.client_id,
      registrationAccessToken: await open(row, row.rat, row.client_row, 'registration_access_token', row.rat_version),
      clientSecret: row.kind === 'client_secret' ? await open(row, row.sealed, row.credential_id, row.kind, row.version) : null,
      kid: row.kid,
      published: row.published,
    })),
  );
  const [workspace] = await stack.query<{ workspace_id: string }>('SELECT workspace_id FROM tenants LIMIT 1');
  const scope = { workspaceId: workspace?.workspace_id ?? '', actor: { type: 'system', id: 'crash' }, requestId: 'crash' } as const;
  const chains = await Promise.all(
    (await stack.query<{ chain_id: string }>('SELECT chain_id FROM audit_chains WHERE $1', [chained])).map(async ({ chain_id: id }) => ({
      id,
      ok: (await verifyChain(database, vault, scope, id)).ok,
    })),
  );
  const trail = await stack.query<{ subjectId: string; action: string }>(
    `SELECT subject_id AS "subjectId", action FROM audit_events WHERE subject_type = 'registration' ORDER BY chain_id, seq`,
  );
  vault.close();
  await database.close();
  return { held, trail: { rows: trail, chains } };
}
