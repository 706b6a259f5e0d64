import type { Work } from '@registrar/registrations';

export const ROTATION_REASONS = ['scheduled', 'compromised'] as const;
export type RotationReason = (typeof ROTATION_REASONS)[number];

/**
 * What an operation of kind `rotate` is for. `replace`: another client, whatever else would do. `retire` ends the overlap of an
 * earlier one, `roll_back` goes back while it is open. `renew`: only the registration access token, before it ends.
 */
export type RotationPhase = (typeof PHASES)[number];
const PHASES = ['rotate', 'replace', 'retire', 'roll_back', 'renew'] as const;

/** What its steps read of a rotation's input: ids and words. */
export interface RotationInput {
  readonly phase: RotationPhase;
  readonly reason: RotationReason;
  /** Does not wait for the soak. */
  readonly immediate: boolean;
  /** Somebody takes it that users have to sign in again, because the client id changes. */
  readonly acceptNewClientId: boolean;
}

export function rotationInput({ operation }: Pick<Work, 'operation'>): RotationInput {
  const { phase, reason, immediate, accept_new_client_id: accepted } = operation.input;
  return {
    phase: PHASES.find((one) => one === phase) ?? 'rotate',
    reason: reason === 'compromised' ? 'compromised' : 'scheduled',
    immediate: immediate === true || reason === 'compromised',
    acceptNewClientId: accepted === true,
  };
}
