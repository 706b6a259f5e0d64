import { parseArgs } from 'node:util';
import { z } from 'zod';
import { PRODUCT_NAMES } from './simulator/product-names.js';
import type { ProductName } from './simulator/product-names.js';
import { PROCESS_NAMES, VENDOR_NAMES } from './vendor-names.js';
import type { ProcessName } from './vendor-names.js';

/** How the sandbox is to run. */
export interface SandboxOptions {
  readonly processes: readonly ProcessName[];
  /** The products of the simulator's process, which is among `processes` where there are any. */
  readonly simulate: readonly ProductName[];
  readonly hospitals: readonly string[];
  readonly host: string;
  readonly bind: string;
  readonly controlPort: number;
  readonly ports: Readonly<Partial<Record<ProcessName, number>>>;
  readonly delayMs: number;
  readonly secretTtlSeconds: number;
  readonly folder: string | undefined;
}

const FLAGS = [
  'vendors',
  'simulate',
  'hospitals',
  'host',
  'bind',
  'control-port',
  'ports',
  'delay-ms',
  'secret-ttl-seconds',
  'data',
] as const;

const port = z.coerce.number().int().min(0).max(65_535);
const schema = z.object({
  vendors: z
    .string()
    .default(VENDOR_NAMES.join(','))
    .transform((names) => (names === 'none' ? [] : names.split(',')))
    .pipe(z.array(z.enum(VENDOR_NAMES))),
  simulate: z
    .string()
    .default('')
    .transform((names) => (names === 'all' ? [...PRODUCT_NAMES] : names.split(',').filter((name) => name !== '')))
    .pipe(z.array(z.enum(PRODUCT_NAMES))),
  hospitals: z.coerce
    .number()
    .int()
    .min(1)
    .max(500)
    .default(10)
    .transform((count) => Array.from({ length: count }, (_, index) => `h${String(index + 1).padStart(2, '0')}`)),
  host: z.string().default('127.0.0.1'),
  bind: z.string().default('127.0.0.1'),
  'control-port': port.default(0),
  ports: z
    .string()
    .default('')
    .transform((text) => Object.fromEntries(text.split(',').flatMap((pair) => (pair === '' ? [] : [pair.split('=')]))) as unknown)
    .pipe(z.partialRecord(z.enum(PROCESS_NAMES), port)),
  'delay-ms': z.coerce.number().int().min(0).default(0),
  'secret-ttl-seconds': z.coerce
    .number()
    .int()
    .min(1)
    .default(90 * 86_400),
  data: z.string().optional(),
});

/**
 * Reads `--control-port 4100` or `SANDBOX_CONTROL_PORT=4100`, the first before the second; README.md lists them all.
 * Throws a ZodError, or a TypeError for a flag that does not exist.
 */
export function readOptions(args: readonly string[], env: NodeJS.ProcessEnv): SandboxOptions {
  const { values } = parseArgs({ args: [...args], options: Object.fromEntries(FLAGS.map((flag) => [flag, { type: 'string' as const }])) });
  const given = FLAGS.flatMap((flag) => {
    const value = values[flag] ?? env[`SANDBOX_${flag.toUpperCase().replaceAll('-', '_')}`];
    return typeof value === 'string' && value !== '' ? [[flag, value] as const] : [];
  });
  const read = schema.parse(Object.fromEntries(given));
  return {
    processes: [...read.vendors, ...(read.simulate.length > 0 ? (['simulator'] as const) : [])],
    simulate: read.simulate,
    hospitals: read.hospitals,
    host: read.host,
    bind: read.bind,
    controlPort: read['control-port'],
    ports: read.ports,
    delayMs: read['delay-ms'],
    secretTtlSeconds: read['secret-ttl-seconds'],
    folder: read.data,
  };
}
