/** How rotations stand at one authorization server. */
export interface Line {
  readonly authorizationServerId: string;
  /** Rotations that are on their way there, without those that only wait for time to pass. */
  readonly inProgress: number;
  /** How many of the last {@link LINE_LENGTH} did not succeed, since a person looked last. */
  readonly failed: number;
  readonly stopped: boolean;
}

/** Rotations at one server at once (H-12). */
export const AT_ONCE = 2;
export const LINE_LENGTH = 50;

/** What an operation waits for that takes no part of a server's attention: time alone. */
export const WAITS_FOR_TIME = ['soak', 'overlap', 'outside_window'] as const;

/** More than a tenth of the last fifty failed: no other starts by itself until a person has looked. */
export function mustStop(line: Line): boolean {
  return !line.stopped && line.failed > LINE_LENGTH / 10;
}
