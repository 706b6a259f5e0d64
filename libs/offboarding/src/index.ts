export { CertificateSigner } from './certificate-signer.js';
export { OFFBOARDING_STATUSES } from './offboarding.js';
export type {
  Disposition,
  Offboarding,
  OffboardingCounts,
  OffboardingPlan,
  OffboardingStatus,
  OffboardingWanted,
  PlannedLeaving,
  SignedDocument,
} from './offboarding.js';
export { offboardingEntities } from './offboarding.entities.js';
export { OffboardingRecords } from './offboarding.records.js';
export { OffboardingRunner } from './offboarding-runner.js';
export { Offboardings } from './offboardings.service.js';
export type { OffboardingParts } from './offboardings.service.js';
export { Shredding } from './shredding.service.js';
