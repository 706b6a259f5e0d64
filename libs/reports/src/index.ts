export { REPORT_FORMATS, REPORT_NAMES } from './report.js';
export type { ReportFormat, ReportName, ReportPeriod } from './report.js';
export { MANIFEST_TYPE } from './manifest.js';
export { Reports } from './reports.service.js';
export type { MadeReport, ReportParts } from './reports.service.js';
