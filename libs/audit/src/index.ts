export { AUDIT_ACTIONS } from './action.js';
export type { AuditAction, SubjectType } from './action.js';
export type { AuditEntry } from './audit-entry.js';
export { AuditLog } from './audit-log.js';
export { canonicalJson } from './chain.js';
export { verifyChain } from './verify-chain.js';
export type { ChainVerdict } from './verify-chain.js';
export { auditEntities } from './audit.entity.js';
