import type { ApplicationKind, ClientMetadata } from '@registrar/dcr';
import type { Transaction } from '@registrar/database';
import { layersQuery, type LayersRow } from './application-layers.repository.js';
import type { LayersWanted } from './layers-wanted.js';

/** An application's share of a document: its revision, and what it says differently at that EHR. */
export interface ApplicationLayers {
  readonly applicationId: string;
  readonly name: string;
  readonly kind: ApplicationKind;
  /** The number of the revision that was loaded. */
  readonly revision: number;
  readonly currentRevision: number;
  readonly clientMetadata: ClientMetadata;
  readonly ehrOverride?: ClientMetadata;
  readonly requiredScopes: readonly string[];
  readonly optionalScopes: readonly string[];
  readonly launchUrl?: string;
  readonly suspended: boolean;
}

/**
 * Loads templates for many pairs by one statement.
 * @returns in the order of `wanted`; undefined where the application or the revision does not exist (or is not the caller's).
 */
export async function applicationLayers(tx: Transaction, wanted: readonly LayersWanted[]): Promise<(ApplicationLayers | undefined)[]> {
  if (wanted.length === 0) return [];
  const rows = await layersQuery(tx, wanted);
  const found = new Map(rows.map((row) => [Number(row.place), row]));
  return wanted.map((want, index) => {
    const row = found.get(index + 1);
    return row && mayBeSeen(tx, want.applicationId) ? present(row) : undefined;
  });
}

function mayBeSeen(tx: Transaction, applicationId: string): boolean {
  return tx.scope.applicationId === undefined || tx.scope.applicationId === applicationId;
}

function present(row: LayersRow): ApplicationLayers {
  return {
    applicationId: row.application_id,
    name: row.name,
    kind: row.kind,
    revision: row.number,
    currentRevision: row.current_revision,
    clientMetadata: row.client_metadata,
    ...(row.override ? { ehrOverride: row.override } : {}),
    requiredScopes: row.required_scopes,
    optionalScopes: row.optional_scopes,
    ...(row.launch_url === null ? {} : { launchUrl: row.launch_url }),
    suspended: row.suspended,
  };
}
