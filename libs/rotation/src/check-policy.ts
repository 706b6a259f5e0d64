import type { FieldProblem } from '@registrar/problem';
import { durationMs, LONGEST_MS } from './duration.js';
import { DEFAULT_POLICY, effectivePolicy } from './effective-policy.js';
import { nextOpening } from './openings.js';
import type { PolicyRules } from './policy.js';
import { isTimeZone } from './wall-clock.js';

/** What is wrong with a policy by itself, with a pointer to each member. */
export function checkPolicy(rules: PolicyRules, now: Date): FieldProblem[] {
  return [...checkDurations(rules), ...checkWindow(rules), ...checkFreezes(rules, now)];
}

function checkDurations(rules: PolicyRules): FieldProblem[] {
  const said = (['interval', 'overlap', 'soak', 'lead'] as const).flatMap((member) => {
    const text = rules[member];
    return text === undefined ? [] : [{ member, ms: durationMs(text) }];
  });
  const unreadable = said.flatMap(({ member, ms }) =>
    ms === undefined || ms > LONGEST_MS
      ? [refused(member, 'duration_out_of_range', 'A duration is an ISO 8601 one, as P90D, of ten years at most.')]
      : [],
  );
  if (unreadable.length > 0) return unreadable;
  const interval = said.find(({ member }) => member === 'interval')?.ms ?? DEFAULT_POLICY.intervalMs;
  if (interval === 0) return [refused('interval', 'interval_empty', 'An interval of nothing would rotate without end.')];
  return said.flatMap(({ member, ms = 0 }) => {
    if ((member === 'overlap' || member === 'soak') && ms >= interval)
      return [refused(member, `${member}_not_shorter`, `The ${member} has to be shorter than the interval.`)];
    if (member === 'lead' && ms > interval) return [refused('lead', 'lead_longer', 'The lead is longer than the interval.')];
    return [];
  });
}

function checkWindow({ window }: PolicyRules): FieldProblem[] {
  if (!window) return [];
  if (!isTimeZone(window.timeZone))
    return [refused('window/time_zone', 'unknown_time_zone', 'There is no such time zone; use a name as America/Chicago.')];
  if (window.days.length === 0) return [refused('window/days', 'never_opens', 'A window without a day never opens.')];
  if (window.from === window.to) return [refused('window/to', 'never_opens', 'A window that ends when it begins never opens.')];
  return [];
}

function checkFreezes({ window, freezes = [] }: PolicyRules, now: Date): FieldProblem[] {
  const backwards = freezes.flatMap((freeze, index) =>
    Date.parse(freeze.to) <= Date.parse(freeze.from)
      ? [refused(`freezes/${index}/to`, 'freeze_ends_first', 'A freeze has to end after it begins.')]
      : [],
  );
  if (backwards.length > 0 || (window && !isTimeZone(window.timeZone))) return backwards;
  const opens = nextOpening({ windows: window ? [window] : [], freezes }, now) !== undefined;
  return opens || freezes.length === 0 ? [] : [refused('freezes', 'never_opens', 'The freezes leave no opening within a year.')];
}

/**
 * What is wrong with a policy beside the others that it meets at registrations: windows that are never open together.
 * @param others what the other policies say, for each combination of them that a registration has.
 */
export function checkTogether(rules: PolicyRules, others: readonly (readonly PolicyRules[])[], now: Date): FieldProblem[] {
  const shut = others.some((layers) => nextOpening(effectivePolicy([rules, ...layers]), now) === undefined);
  const member = rules.window ? 'window' : 'freezes';
  return shut
    ? [refused(member, 'never_opens', 'Together with another policy of the same registrations this leaves no opening within a year.')]
    : [];
}

function refused(member: string, code: string, detail: string): FieldProblem {
  return { pointer: `/${member}`, code, detail };
}
