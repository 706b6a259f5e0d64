import type { Findings } from './invariant.js';

/** How far what was asked for at once has come, at a moment when the sick server still holds its own. */
export interface Progress {
  readonly registrationId: string;
  readonly sick: boolean;
  readonly over: boolean;
}

/** I9: nothing at a healthy server waits for the sick one. Says nothing where the sick one holds nothing any more. */
export function isolated(progress: readonly Progress[]): Findings {
  if (progress.every(({ sick, over }) => !sick || over)) return [];
  return progress
    .filter(({ sick, over }) => !sick && !over)
    .map(({ registrationId }) => `registration ${registrationId} at a healthy server waits beside the sick one`);
}
