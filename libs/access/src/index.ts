export {};
export { assertEnvironment } from './environment-binding.js';
