import { Problem, type ProblemEntry, type ProblemOptions } from './problem.js';

const dictionary = new Map<string, ProblemEntry>();

/**
 * Declares the failures of one noun, next to that noun, and returns the function that makes them.
 * A code is `noun.what_happened`; the compiler refuses an undeclared one.
 * @throws Error when a code is declared twice, at load time.
 */
export function defineProblems<const T extends Record<`${string}.${string}`, ProblemEntry>>(
  entries: T,
): (code: keyof T & string, options?: ProblemOptions) => Problem {
  for (const [code, entry] of Object.entries(entries)) {
    if (dictionary.has(code)) throw new Error(`The problem ${code} is declared twice`);
    dictionary.set(code, Object.freeze({ ...entry }));
  }
  return (code, options) => new Problem(code, dictionary.get(code) as ProblemEntry, options);
}

/** Every declared failure by its code: what the documentation, the console and the runbook are generated from. */
export function problemDictionary(): ReadonlyMap<string, ProblemEntry> {
  return dictionary;
}
