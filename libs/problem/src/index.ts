export { Problem } from './problem.js';
export type { Actor, FieldProblem, ProblemEntry, ProblemKind, ProblemOptions, UpstreamWords } from './problem.js';
export { defineProblems, problemDictionary } from './dictionary.js';
export { problemDocument, problemInWords } from './document.js';
export type { ProblemDocument } from './document.js';
