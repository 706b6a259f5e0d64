export { loadConfig } from './config.js';
export type { Config } from './config.js';
export { fileSettings, settingsSchema } from './settings.js';
export { environmentExample, settingsTable } from './settings-document.js';
