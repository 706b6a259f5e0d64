/** Canonical bytes of a list of texts, each before its length, so that ["a|b", "c"] and ["a", "b|c"] differ. */
export function canonicalBytes(parts: readonly string[]): Buffer {
  const pieces = parts.flatMap((part) => {
    const text = Buffer.from(part, 'utf8');
    const length = Buffer.alloc(4);
    length.writeUInt32BE(text.length);
    return [length, text];
  });
  return Buffer.concat(pieces);
}
