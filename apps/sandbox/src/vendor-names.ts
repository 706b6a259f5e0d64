/** The vendors that can be started, in the order of the ledger. */
export const VENDOR_NAMES = ['meadow', 'harbor', 'summit', 'lagoon'] as const;
export type VendorName = (typeof VENDOR_NAMES)[number];

/** The processes that there can be: one for each vendor, and one for everything that is simulated. */
export const PROCESS_NAMES = [...VENDOR_NAMES, 'simulator'] as const;
export type ProcessName = (typeof PROCESS_NAMES)[number];
