/** What the gate of one authorization server lets through, for registrations. */
export interface GatePace {
  readonly perSecond: number;
  readonly maxInFlight: number;
  readonly maxInFlightPerTenant: number;
  /** What is waiting there already, of anybody in the workspace. */
  readonly queued: number;
  /** How long it stays shut, because the server asked for a pause. */
  readonly shutForMs: number;
}

/** The gate of a server that has none yet. */
export const DEFAULT_PACE: GatePace = { perSecond: 5, maxInFlight: 4, maxInFlightPerTenant: 2, queued: 0, shutForMs: 0 };

// One registration and its proof, at a server that is well.
const TYPICAL_MS = 1_000;

/** About how long one server's gate needs for so many registrations of so many hospitals. Servers work side by side. */
export function durationAt(pace: GatePace, registrations: number, tenants: number): number {
  if (registrations === 0) return 0;
  const waiting = registrations + pace.queued;
  const lanes = Math.max(1, Math.min(pace.maxInFlight, pace.maxInFlightPerTenant * tenants));
  const byRate = Math.max(0, waiting - Math.max(1, pace.perSecond)) / pace.perSecond;
  return pace.shutForMs + Math.max(byRate * 1_000 + TYPICAL_MS, Math.ceil(waiting / lanes) * TYPICAL_MS);
}
