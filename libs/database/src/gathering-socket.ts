import { Socket } from 'node:net';

/**
 * A connection to Postgres whose statements of one turn go out together: in a pipeline each statement would be a system call of its
 * own, and Postgres would be woken for each. What was corked is let go once the turn is over, before anything else happens.
 */
export class GatheringSocket extends Socket {
  #held = 0;

  override uncork(): void {
    this.#held += 1;
    process.nextTick(() => {
      this.#letGo();
    });
  }

  /** Lets go first: a stream that ends while it is corked never finishes. */
  override end(ended?: () => void): this;
  override end(last: string | Uint8Array, ended?: () => void): this;
  override end(last: string | Uint8Array, encoding?: BufferEncoding, ended?: () => void): this;
  override end(...last: unknown[]): this {
    while (this.#held > 0) this.#letGo();
    return super.end(...(last as Parameters<Socket['end']>));
  }

  #letGo(): void {
    if (this.#held === 0) return;
    this.#held -= 1;
    super.uncork();
  }
}
