/** A piece of a frame: what it holds, and where it lies. */
export interface Piece {
  readonly at: bigint;
  readonly bytes: Buffer;
}

const SIZE = 8_192;

/**
 * Memory that a module is given for one thing, laid out by hand: all its structures are rows of unsigned longs and pointers. It lies
 * outside of V8's heap, so it never moves; whoever calls holds it until the module has answered, and wipes it then. Data keys
 * and PINs stand nowhere else on their way to the module.
 */
export class Pkcs11Frame {
  readonly #memory = Buffer.alloc(SIZE);
  readonly #base: bigint;
  #used = 0;

  constructor(addressOf: (memory: Buffer) => bigint) {
    this.#base = addressOf(this.#memory);
  }

  /** Zeroes, of that many bytes, at a multiple of eight. @throws RangeError when the frame is full. */
  room(length: number): Piece {
    const from = this.#used;
    if (from + length > SIZE) throw new RangeError('What a module is given is too long');
    this.#used = Math.ceil((from + length) / 8) * 8;
    return { at: this.#base + BigInt(from), bytes: this.#memory.subarray(from, from + length) };
  }

  put(bytes: Uint8Array): Piece {
    const piece = this.room(bytes.length);
    piece.bytes.set(bytes);
    return piece;
  }

  /** Unsigned longs and pointers in a row. */
  words(...values: readonly (number | bigint)[]): Piece {
    const piece = this.room(values.length * 8);
    values.forEach((value, index) => piece.bytes.writeBigUInt64LE(BigInt(value), index * 8));
    return piece;
  }

  wipe(): void {
    this.#memory.fill(0);
  }
}

/** The unsigned long that stands there. */
export function word(piece: Piece, index = 0): bigint {
  return piece.bytes.readBigUInt64LE(index * 8);
}
