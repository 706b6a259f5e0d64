import type { CommandName } from './command.js';
import type { ProcessName } from './vendor-names.js';
import type { VendorOptions } from './vendor-server.js';

/** What the main process sends to a vendor's process. */
export type ToVendor =
  | { readonly kind: 'start'; readonly vendor: ProcessName; readonly options: VendorOptions }
  | { readonly kind: 'ask'; readonly id: number; readonly command: CommandName; readonly asks: object };

/** What comes back. */
export type FromVendor =
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'answer'; readonly id: number; readonly answers: unknown };
