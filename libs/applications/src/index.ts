export { applicationsEntities } from './applications.entity.js';
export type { Application, ApplicationChange, ApplicationOverride, ApplicationRevision, NewApplication } from './application.js';
export { applicationLayers } from './application-layers.js';
export type { ApplicationLayers } from './application-layers.js';
export type { LayersWanted } from './application-layers.repository.js';
