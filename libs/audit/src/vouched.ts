/** What a signed checkpoint vouches for: of each chain (by its id), the MAC in hex of the entry at a place. */
export type Vouched = ReadonlyMap<string, ReadonlyMap<number, string>>;

/** Several of these as one: a place of which two say something different is one that no chain can fulfil. */
export function vouchedTogether(all: readonly Vouched[]): Vouched {
  const together = new Map<string, Map<number, string>>();
  for (const vouched of all)
    for (const [chainId, places] of vouched) {
      const known = together.get(chainId) ?? new Map<number, string>();
      together.set(chainId, known);
      for (const [seq, mac] of places) known.set(seq, known.has(seq) && known.get(seq) !== mac ? CONTRADICTED : mac);
    }
  return together;
}

/** No MAC is this: what two checkpoints say differently, no chain fulfils. */
const CONTRADICTED = '';
