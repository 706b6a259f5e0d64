import type { z } from 'zod';
import type { ClockChange } from './sandbox-clock.js';
import type { changedClientSchema, EnteredClient, enteredClientSchema, mintSchema } from './simulation.js';
import type { Behaviour, BehaviourChange } from './simulator/behaviour.js';
import type { KeyFetch } from './simulator/key-cache.js';

interface Place {
  vendor: string;
  hospital: string | null;
  issuer: string;
}

/** How one simulated server behaves now. */
export interface BehaviourListing extends Place {
  behaviour: Behaviour;
}

/** A fetch of a key set by one simulated server. */
export interface ListedKeyFetch extends KeyFetch, Place {}

interface Which {
  readonly vendor?: string | undefined;
  readonly hospital?: string | undefined;
}

/** What the control port asks of the simulator alone. */
export interface SimulationCommands {
  behaviours: { asks: Which; answers: BehaviourListing[] };
  /** Answers how many servers it changed. */
  change_behaviour: { asks: Which & { set: BehaviourChange }; answers: number };
  key_fetches: { asks: Which; answers: ListedKeyFetch[] };
  /** Answers at how many servers. */
  forget_keys: { asks: Which; answers: number };
  /** null where there is no such server. */
  mint: { asks: z.infer<typeof mintSchema>; answers: string | null };
  /** null where there is no such server. */
  enter_client: { asks: z.infer<typeof enteredClientSchema>; answers: EnteredClient | null };
  /** null where there is no such server or client. */
  change_client: { asks: z.infer<typeof changedClientSchema>; answers: EnteredClient | null };
  /** Answers the time that it is then, RFC 3339. */
  clock: { asks: ClockChange; answers: string };
  /** Closes the ports, or opens them again: connections are refused in between. */
  listen: { asks: { open: boolean }; answers: null };
}
