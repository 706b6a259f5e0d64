import type { ApplicationKind, ClientMetadata } from '@registrar/dcr';
import type { Transaction } from '@registrar/database';
import type { LayersWanted } from './layers-wanted.js';

export interface LayersRow {
  readonly place: string;
  readonly application_id: string;
  readonly name: string;
  readonly kind: ApplicationKind;
  readonly number: number;
  readonly current_revision: number;
  readonly client_metadata: ClientMetadata;
  readonly override: ClientMetadata | null;
  readonly required_scopes: string[];
  readonly optional_scopes: string[];
  readonly launch_url: string | null;
  readonly suspended: boolean;
}

const LAYERS = `
SELECT w.place, a.id AS application_id, a.name, a.kind, r.number, a.current_revision, r.client_metadata, o.client_metadata AS override,
       r.required_scopes, r.optional_scopes, r.launch_url, a.suspended_at IS NOT NULL AS suspended
  FROM unnest($2::uuid[], $3::uuid[], $4::integer[]) WITH ORDINALITY AS w (application_id, ehr_id, revision, place)
  JOIN applications a ON a.workspace_id = $1 AND a.id = w.application_id
  JOIN application_revisions r ON r.workspace_id = $1 AND r.application_id = a.id AND r.number = coalesce(w.revision, a.current_revision)
  LEFT JOIN application_overrides o ON o.workspace_id = $1 AND o.application_id = a.id AND o.ehr_id = w.ehr_id`;

export function layersQuery(tx: Transaction, wanted: readonly LayersWanted[]): Promise<LayersRow[]> {
  return tx.query<LayersRow>(LAYERS, [
    tx.scope.workspaceId,
    wanted.map((want) => want.applicationId),
    wanted.map((want) => want.ehrId),
    wanted.map((want) => want.revision ?? null),
  ]);
}
