export type { Outbound, OutboundOptions, OutboundRequest, OutboundResponse } from './outbound.js';
export type { RequestWatch } from './answer.js';
export { createOutbound } from './outbound.js';
export type { Transport } from './transport.js';
export { isRefusedPort } from './blocked-ranges.js';
export type { OutboundCode } from './outbound-failure.js';
export { OutboundFailure } from './outbound-failure.js';
export type { LookupFn } from './resolve.js';
