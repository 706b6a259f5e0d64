/** The vendors that can be started, in the order of the ledger. */
export const VENDOR_NAMES = ['meadow', 'harbor', 'summit', 'lagoon'] as const;
export type VendorName = (typeof VENDOR_NAMES)[number];
