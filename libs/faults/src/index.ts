export { armFaults, faultPoint, faultPointAtOnce, switchedOff } from './fault-point.js';
export { readFaultPlan } from './fault-plan.js';
export type { Fault, FaultAction, FaultPlan } from './fault-plan.js';
export { FAULT_POINTS } from './point.js';
export type { FaultPoint, Safeguard } from './point.js';
