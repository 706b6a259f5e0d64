/** Something that each sweep looks at beside the operations: what is due there by itself, without the queue. */
export interface Beside {
  /** Looks at what is due; what goes wrong with one of them is its own to report. */
  look(): Promise<void>;
  /** Resolves when nothing is in hand. */
  drain(): Promise<void>;
}
