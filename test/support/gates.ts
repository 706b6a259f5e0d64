import { newId } from '@registrar/vault';
import type { TestDatabase } from './database.js';

/** Gates and the work before them, of one workspace. Claims of all kinds are made against them alone: no server is needed to see who is let through. */
export interface Gates {
  /** A gate that holds back nothing but what is said. @returns its authorization server. */
  open(limits?: { readonly inFlight?: number; readonly perTenant?: number; readonly perSecond?: number }): Promise<string>;
  /** Work of a hospital: due, or with `waits` only where the server is well. */
  items(tenant: string, count: number, more: { readonly server: string; readonly waits?: boolean; readonly cost?: number }): Promise<void>;
  claim(capacity?: number, leaseMs?: number): Promise<{ id: string; tenant_id: string }[]>;
  finish(rows: readonly { readonly id: string }[]): Promise<void>;
  /** Neither gates nor work. */
  clear(): Promise<void>;
}

export function gatesOf(db: TestDatabase): Gates {
  const workspaceId = newId();
  return {
    open: async (limits = {}) => {
      const id = newId();
      await db.query(
        `INSERT INTO upstream_gates (authorization_server_id, budget, workspace_id, max_in_flight, max_in_flight_per_tenant, per_second, tokens)
         VALUES ($1, 'registration', $2, $3, $4, $5, greatest(1, $5::real))`,
        [id, workspaceId, limits.inFlight ?? 4, limits.perTenant ?? 2, limits.perSecond ?? 1_000],
      );
      return id;
    },
    items: async (tenant, count, { server, waits = false, cost = 1 }) => {
      await db.query(
        `INSERT INTO work_items (id, workspace_id, tenant_id, kind, subject_id, authorization_server_id, budget, due_at, waits_for_server, created_at, cost)
         SELECT gen_random_uuid(), $1, $2, 'operation', gen_random_uuid(), $3, 'registration',
                clock_timestamp() + CASE WHEN $5 THEN interval '1 hour' ELSE interval '0' END, $5, now(), $6 FROM generate_series(1, $4)`,
        [workspaceId, tenant, server, count, waits, cost],
      );
    },
    claim: (capacity = 32, leaseMs = 60_000) =>
      db.query<{ id: string; tenant_id: string }>(`SELECT id, tenant_id FROM claim_work('w', $1, $2)`, [capacity, leaseMs]),
    finish: async (rows) => {
      await db.query('DELETE FROM work_items WHERE id = ANY ($1::uuid[])', [rows.map(({ id }) => id)]);
    },
    clear: async () => {
      await db.query('DELETE FROM work_items');
      await db.query('DELETE FROM upstream_gates');
    },
  };
}
