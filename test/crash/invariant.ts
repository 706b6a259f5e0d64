/** What one check found: nothing, or each thing that is wrong, in words that name it. */
export type Findings = readonly string[];

export const INVARIANTS = {
  I1: 'every client upstream is exactly one attempt of ours, by its marker, in a status that accounts for it',
  I2: 'a hospital has one registration of an application at an EHR, one adopted attempt, one that is being sent',
  I3: 'no secret that a server issued is in the clear in any table or log',
  I4: 'whatever was acknowledged is there, and comes to an end or to a wait that can be seen',
  I5: 'of each live client that is called manageable the registration access token is the one that the server knows',
  I6: 'the current credential of each active registration is one that the server takes',
  I7: 'nothing is written by a holder that had been replaced',
  I8: 'each change of a status has its one audit row, and the chains verify',
  I9: 'what is asked for at healthy servers is over while the sick one still holds its own',
} as const;
export type Invariant = keyof typeof INVARIANTS;

/** What is wrong, by invariant. */
export type Violations = Partial<Record<Invariant, Findings>>;

/** Only those that found something. */
export function violationsOf(found: Violations): Violations {
  return Object.fromEntries(Object.entries(found).filter(([, findings]) => findings.length > 0));
}

export function countOf(found: Violations): number {
  return Object.values(found).reduce((sum, findings) => sum + findings.length, 0);
}
