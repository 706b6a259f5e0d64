export { ManualClock, SystemClock } from './clock.js';
export type { Clock } from './clock.js';
