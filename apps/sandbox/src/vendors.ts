import { harbor } from './harbor.js';
import { lagoon } from './lagoon.js';
import { meadow } from './meadow.js';
import { summit } from './summit.js';
import type { Vendor } from './vendor.js';
import type { VendorName } from './vendor-names.js';

/** Every vendor by name. A simulator of another product's quirks joins here, and its name in vendor-names.ts. */
export const VENDORS: Readonly<Record<VendorName, Vendor>> = { meadow, harbor, summit, lagoon };
