import { parseArgs } from 'node:util';

export interface DemoOptions {
  /** End after the proof instead of staying up. */
  readonly exit: boolean;
}

/** Reads what follows `npm run demo --`. @throws Error in plain words */
export function readDemoOptions(args: readonly string[]): DemoOptions {
  try {
    const { values } = parseArgs({ args: [...args], options: { exit: { type: 'boolean', default: false } }, allowPositionals: false });
    return values;
  } catch {
    throw new Error(`The demo knows --exit and nothing else: npm run demo -- --exit. It was given: ${args.join(' ')}`);
  }
}
