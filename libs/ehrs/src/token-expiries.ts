import type { Expiring, ExpirySource } from './expiry-alarms.js';
import { INITIAL_ACCESS_TOKEN } from './initial-access-token.js';

/** Initial access tokens that can still be used, for the alarms before they expire. */
export const tokenExpiries: ExpirySource = {
  kind: INITIAL_ACCESS_TOKEN,
  event: 'initial_access_token.expiring',
  find: (tx, ids) =>
    tx.query<Expiring>(
      `SELECT id, tenant_id AS "tenantId", jsonb_build_object('ehr_id', ehr_id, 'authorization_server_id', authorization_server_id,
              'environment', environment, 'read_from_token', expiry_hinted) AS data
         FROM initial_access_tokens WHERE workspace_id = $1 AND id = ANY ($2::uuid[]) AND status IN ('available', 'suspect')
          AND (max_uses IS NULL OR used < max_uses)`,
      [tx.scope.workspaceId, ids],
    ),
};
