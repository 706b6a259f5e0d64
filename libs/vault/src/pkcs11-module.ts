import { codeOf, Pkcs11Failure } from './pkcs11-code.js';
import { loadPkcs11, type Pkcs11Native } from './pkcs11-native.js';
import { Pkcs11Gate, Pkcs11Run } from './pkcs11-run.js';

export type LoadPkcs11 = (path: string) => Promise<Pkcs11Native>;

const CKF_OS_LOCKING_OK = 2;
const RESTART_EVERY_MS = 5_000;
const modules = new Map<string, Promise<Pkcs11Module>>();

/**
 * A PKCS#11 module of this process, for all keys that it holds: loaded once, initialised while anybody holds it, and never
 * unloaded, which modules do not bear.
 */
export class Pkcs11Module {
  readonly #gate = new Pkcs11Gate();
  readonly #refusedPins = new Set<string>();
  #holders = 0;
  #run: Pkcs11Run | undefined;
  /** Whether it was initialised here: whoever did that ends it. */
  #ours = false;
  #restarted = Number.NEGATIVE_INFINITY;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(private readonly native: Pkcs11Native) {}

  /** Whoever asks for it lets go of it by `release`. @throws Problem vault.kek_unsafe */
  static async hold(path: string, load: LoadPkcs11 = loadPkcs11): Promise<Pkcs11Module> {
    const loading = modules.get(path) ?? load(path).then((native) => new Pkcs11Module(native));
    modules.set(path, loading);
    try {
      const module = await loading;
      module.#holders += 1;
      return module;
    } catch (error) {
      modules.delete(path);
      throw error;
    }
  }

  /**
   * Does it in a module that is initialised, and once more after a new start where the device was lost: many modules look for it, or
   * connect to it, at their start alone. One after the other: so there is one login for all sessions, and one try of a PIN.
   * @throws Pkcs11Failure, and what `work` throws
   */
  initialised<T>(work: (run: Pkcs11Run) => Promise<T>): Promise<T> {
    return this.#inTurn(async () => {
      const run = await this.#running();
      try {
        return await work(run);
      } catch (error) {
        if (!(error instanceof Pkcs11Failure) || !error.lost || !(await this.#mayRestart(run))) throw error;
        return work(await this.#running());
      }
    });
  }

  release(): Promise<void> {
    return this.#inTurn(async () => {
      this.#holders -= 1;
      if (this.#holders === 0 && this.#run && !this.#run.over) await this.#end(this.#run);
    });
  }

  /** The sessions of other keys are lost by it and opened anew when they are asked for, so it is done every few seconds at most. */
  async #mayRestart(run: Pkcs11Run): Promise<boolean> {
    if (run.over) return true;
    if (performance.now() - this.#restarted < RESTART_EVERY_MS || !(await this.#end(run))) return false;
    this.#restarted = performance.now();
    return true;
  }

  /** @returns false where it was initialised by somebody else, or a call is within it: it must not be ended then. */
  async #end(run: Pkcs11Run): Promise<boolean> {
    if (!this.#ours || !this.#gate.empty) return false;
    await run.answer('C_Finalize', 0);
    run.end();
    return true;
  }

  async #running(): Promise<Pkcs11Run> {
    if (!this.#run || this.#run.over) this.#run = await this.#initialise();
    return this.#run;
  }

  async #initialise(): Promise<Pkcs11Run> {
    const run = new Pkcs11Run(this.native, this.#gate, this.#refusedPins);
    const frame = run.frame();
    const answer = await run.answer('C_Initialize', frame.words(0, 0, 0, 0, CKF_OS_LOCKING_OK, 0).at);
    frame.wipe();
    if (answer !== 0 && answer !== codeOf('CKR_CRYPTOKI_ALREADY_INITIALIZED')) throw new Pkcs11Failure('C_Initialize', answer);
    this.#ours = answer === 0;
    return run;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(work);
    this.#turn = mine.catch(() => undefined);
    return mine;
  }
}
