import { durationMs } from './duration.js';
import type { EffectivePolicy, PolicyRules } from './policy.js';

const DAY_MS = 86_400_000;

/** What holds where nobody said anything else. */
export const DEFAULT_POLICY: EffectivePolicy = {
  intervalMs: 90 * DAY_MS,
  overlapMs: DAY_MS,
  leadMs: 30 * DAY_MS,
  windows: [],
  freezes: [],
};

/**
 * What holds for a registration under the policies of its hospital, its EHR and its application, member by member. The
 * order does not matter, because nobody's caution is undone by another's haste: the shortest interval, the longest lead and
 * soak, the longest overlap that still fits into the interval, every window at once, every freeze.
 */
export function effectivePolicy(layers: readonly PolicyRules[]): EffectivePolicy {
  const said = (member: 'interval' | 'overlap' | 'soak' | 'lead'): number[] =>
    layers.flatMap((layer) => {
      const text = layer[member];
      const ms = text === undefined ? undefined : durationMs(text);
      return ms === undefined ? [] : [ms];
    });
  const intervalMs = Math.min(...orElse(said('interval'), DEFAULT_POLICY.intervalMs));
  const fitting = orElse(said('overlap'), DEFAULT_POLICY.overlapMs).filter((ms) => ms < intervalMs);
  const soaks = said('soak');
  return {
    intervalMs,
    overlapMs: Math.max(...orElse(fitting, Math.floor(intervalMs / 2))),
    ...(soaks.length === 0 ? {} : { soakMs: Math.max(...soaks) }),
    leadMs: Math.min(Math.max(...orElse(said('lead'), DEFAULT_POLICY.leadMs)), intervalMs),
    windows: layers.flatMap((layer) => (layer.window ? [layer.window] : [])),
    freezes: layers.flatMap((layer) => layer.freezes ?? []),
  };
}

function orElse(values: readonly number[], otherwise: number): readonly number[] {
  return values.length === 0 ? [otherwise] : values;
}
