export { Secret } from './secret.js';
export { redactWords } from './redact.js';
