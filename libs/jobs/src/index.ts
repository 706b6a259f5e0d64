export { defineJob } from './job.js';
export type { Handlers, Job, JobPayloadSchema, PayloadOf, Schedule } from './job.js';
export { createJobs, Jobs } from './jobs.js';
export type { JobsSettings, RingOptions } from './jobs.js';
export type { JobsIncident, Report } from './incident.js';
export { migrateQueue } from './migrate-queue.js';
