const REDACTED = '[redacted]';

/**
 * A value that may not be seen. By every road that turns a value into text (string, template, JSON, inspect,
 * concatenation, an error's message) it is `[redacted]`; the only way to its text is `expose()`, which is easy to search for.
 */
export class Secret {
  readonly #text: string;

  private constructor(text: string) {
    this.#text = text;
  }

  /** Wraps a text. Wrap at the edge where it arrives, and never keep the bare text beside it. */
  static of(text: string): Secret {
    return new Secret(text);
  }

  /** The text itself: call it at the last moment, in the expression that sends or seals it. */
  expose(): string {
    return this.#text;
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [Symbol.toPrimitive](): string {
    return REDACTED;
  }

  get [Symbol.toStringTag](): string {
    return 'Secret';
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return REDACTED;
  }
}
