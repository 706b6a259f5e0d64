export { ManualClock, SystemClock } from './clock.js';
export { FileClock } from './file-clock.js';
export type { Clock } from './clock.js';
