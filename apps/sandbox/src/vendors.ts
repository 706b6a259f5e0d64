import { harbor } from './harbor.js';
import { lagoon } from './lagoon.js';
import { meadow } from './meadow.js';
import type { ProductName } from './simulator/product-names.js';
import { simulatedVendor } from './simulator/simulated-server.js';
import { summit } from './summit.js';
import type { ProcessName, VendorName } from './vendor-names.js';
import type { Vendor } from './vendor.js';

/** Every vendor by name. Another one joins here, and its name in vendor-names.ts. */
export const VENDORS: Readonly<Record<VendorName, Vendor>> = { meadow, harbor, summit, lagoon };

/** Whose servers one process runs. */
export function vendorsOf(process: ProcessName, simulate: readonly ProductName[]): readonly Vendor[] {
  return process === 'simulator' ? simulate.map(simulatedVendor) : [VENDORS[process]];
}
