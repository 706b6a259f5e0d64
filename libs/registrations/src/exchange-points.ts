import { faultPointAtOnce, type FaultPoint } from '@registrar/faults';
import type { ManagedKind, OperationKind } from './operation-status.js';

/** Where a test can strike in one exchange about a managed client. */
export interface ExchangePoints {
  readonly begun: FaultPoint;
  readonly watch: { readonly written: () => void };
  readonly read?: FaultPoint;
  readonly settled?: FaultPoint;
}

const at = (point: FaultPoint) => ({
  written: () => {
    faultPointAtOnce(point);
  },
});
const UPDATE: ExchangePoints = { begun: 'U1', watch: at('U2'), read: 'U3', settled: 'U5' };
const DEREGISTER: ExchangePoints = { begun: 'D1', watch: at('D2'), read: 'D3', settled: 'D4' };
const ROTATE: ExchangePoints = { begun: 'S1', watch: at('S2') };

/** The points of an exchange that changes something; what only looks has none. */
export function exchangePoints(operation: OperationKind, exchange: ManagedKind): ExchangePoints | undefined {
  if (operation === 'update' && exchange === 'update') return UPDATE;
  if (operation === 'deregister' && exchange === 'deregister') return DEREGISTER;
  return operation === 'rotate' && exchange !== 'deregister' ? ROTATE : undefined;
}
