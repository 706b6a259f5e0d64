export { applicationsEntities } from './applications.entity.js';
export type { Application, ApplicationChange, ApplicationOverride, ApplicationRevision, NewApplication } from './application.js';
export type { ApplicationRules } from './application-rules.js';
export { ApplicationRecords } from './applications.records.js';
export { ApplicationsService } from './applications.service.js';
export { ApplicationOverridesService } from './application-overrides.service.js';
export { applicationLayers } from './application-layers.js';
export type { ApplicationLayers } from './application-layers.js';
export type { LayersWanted } from './layers-wanted.js';
