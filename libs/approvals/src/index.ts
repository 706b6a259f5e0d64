export { APPROVAL_KINDS, APPROVAL_STATUSES, APPROVAL_SUBJECTS } from './approval.js';
export type { Approval, ApprovalKind, ApprovalStatus, ApprovalSubject, NewApproval } from './approval.js';
export type { ApprovalFilter } from './approvals.repository.js';
export { ApprovalRecords } from './approvals.records.js';
export { Approvals } from './approvals.service.js';
export type { Continuation } from './approvals.service.js';
export { BREAK_GLASS_MS, BreakGlass } from './break-glass.js';
export { approvalsEntities } from './approvals.entity.js';
