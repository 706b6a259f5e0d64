import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { FromVendor, ToVendor } from './channel.js';
import type { CommandName, Commands, VendorHandle } from './command.js';
import type { ProcessName } from './vendor-names.js';
import type { VendorOptions } from './vendor-server.js';

const PROGRAM = fileURLToPath(new URL('./vendor-process.js', import.meta.url));

/** A vendor in a process of its own. */
export class VendorProcess implements VendorHandle {
  readonly #waiting = new Map<number, { resolve: (answers: unknown) => void; reject: (error: Error) => void }>();
  #lastId = 0;
  /** Resolves when the process has ended, whoever ended it. */
  readonly exited: Promise<void>;

  private constructor(
    readonly name: ProcessName,
    readonly vendors: readonly string[],
    private readonly child: ChildProcess,
  ) {
    this.exited = new Promise((resolve) => {
      child.once('exit', () => {
        for (const { reject } of this.#waiting.values()) reject(new Error(`The process of vendor ${name} has ended.`));
        resolve();
      });
    });
  }

  /** Forks it and waits until its servers answer. Rejects with the reason where they cannot. */
  static async start(name: ProcessName, options: VendorOptions): Promise<VendorProcess> {
    const child = fork(PROGRAM, [], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    const vendor = new VendorProcess(name, name === 'simulator' ? options.simulate : [name], child);
    passOn(child, name);
    await new Promise<void>((resolve, reject) => {
      child.once('error', reject);
      void vendor.exited.then(() => {
        reject(new Error(`The process of vendor ${name} ended before it was ready.`));
      });
      child.on('message', (message: FromVendor) => {
        if (message.kind === 'ready') resolve();
        else if (message.kind === 'failed') reject(new Error(`Vendor ${name}: ${message.reason}`));
        else vendor.#answered(message);
      });
      const start: ToVendor = { kind: 'start', vendor: name, options };
      child.send(start);
    });
    return vendor;
  }

  get simulated(): boolean {
    return this.name === 'simulator';
  }

  ask<C extends CommandName>(command: C, asks: Commands[C]['asks']): Promise<Commands[C]['answers']> {
    const id = ++this.#lastId;
    const ask: ToVendor = { kind: 'ask', id, command, asks };
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (answers: unknown) => void, reject });
      this.child.send(ask, (error) => {
        if (error) reject(error);
      });
    });
  }

  async stop(): Promise<void> {
    this.child.kill('SIGTERM');
    await this.exited;
  }

  #answered({ id, answers }: Extract<FromVendor, { kind: 'answer' }>): void {
    this.#waiting.get(id)?.resolve(answers);
    this.#waiting.delete(id);
  }
}

/** The vendor's lines go to stderr, marked; oidc-provider's advice for production is not for this one. */
function passOn(child: ChildProcess, name: string): void {
  for (const stream of [child.stdout, child.stderr]) {
    if (!stream) continue;
    createInterface({ input: stream }).on('line', (line) => {
      if (!/^oidc-provider (?:WARNING|NOTICE): /.test(line)) process.stderr.write(`[${name}] ${line}\n`);
    });
  }
}
