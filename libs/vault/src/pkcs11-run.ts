import { codeOf, Pkcs11Failure } from './pkcs11-code.js';
import { Pkcs11Frame } from './pkcs11-frame.js';
import type { Pkcs11Function, Pkcs11Native } from './pkcs11-native.js';

const NOT_INITIALIZED = codeOf('CKR_CRYPTOKI_NOT_INITIALIZED');
/** Of the four threads on which Node also reads files and looks up names: a module that hangs must not take them all. */
const CALLS_AT_ONCE = 2;

/** Lets a few calls through at once, for all runs of a module. */
export class Pkcs11Gate {
  readonly #waiting: (() => void)[] = [];
  #within = 0;

  get empty(): boolean {
    return this.#within === 0;
  }

  async through<T>(work: () => Promise<T>): Promise<T> {
    if (this.#within < CALLS_AT_ONCE) this.#within += 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#within -= 1;
    }
  }
}

/**
 * A module from its initialising to its end. Handles count for one run alone: after it they may come to mean somebody else's session,
 * so a run that is over answers by itself.
 */
export class Pkcs11Run {
  #over = false;

  constructor(
    private readonly native: Pkcs11Native,
    private readonly gate: Pkcs11Gate,
    /** What a token refused, as the files of the PINs were then. Trying one again would lock the token. */
    readonly refusedPins: Set<string>,
  ) {}

  get over(): boolean {
    return this.#over;
  }

  end(): void {
    this.#over = true;
  }

  frame(): Pkcs11Frame {
    return new Pkcs11Frame(this.native.addressOf);
  }

  /** @returns what the module answers, which is not looked at. */
  answer(name: Pkcs11Function, ...given: readonly (number | bigint)[]): Promise<number> {
    return this.gate.through(async () => {
      if (this.#over) return NOT_INITIALIZED;
      const answer = await this.native.call[name](...given.map(BigInt));
      if (answer === NOT_INITIALIZED) this.#over = true;
      return answer;
    });
  }

  /** @throws Pkcs11Failure unless it answers CKR_OK. */
  async call(name: Pkcs11Function, ...given: readonly (number | bigint)[]): Promise<void> {
    const answer = await this.answer(name, ...given);
    if (answer !== 0) throw new Pkcs11Failure(name, answer);
  }
}
