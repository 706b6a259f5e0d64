import { CertificateKeyEntity } from './certificate-key.entity.js';
import { OffboardingEntity } from './offboarding.entity.js';

/** Every table of this library. */
export const offboardingEntities = [OffboardingEntity, CertificateKeyEntity];
