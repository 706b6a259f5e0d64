import { startControl } from './control.js';
import { readOptions } from './options.js';
import { VendorProcess } from './supervisor.js';

// The sandbox: one process for each vendor, one control port here. Any of them ending ends all.
let ending = false;
const vendors: VendorProcess[] = [];

try {
  await run();
} catch (error) {
  process.stderr.write(`sandbox: ${error instanceof Error ? error.message : String(error)}\n`);
  await end(1);
}

async function run(): Promise<void> {
  process.once('SIGTERM', () => void end(0));
  process.once('SIGINT', () => void end(0));
  process.once('disconnect', () => void end(0));
  const { processes, ports, bind, controlPort, ...options } = readOptions(process.argv.slice(2), process.env);
  const starts = processes.map((name) => VendorProcess.start(name, { ...options, bind, port: ports[name] ?? 0 }));
  const settled = await Promise.allSettled(starts);
  for (const start of settled) if (start.status === 'fulfilled') watch(start.value);
  for (const start of settled) if (start.status === 'rejected') throw start.reason;
  const { port } = await startControl(vendors, { bind, port: controlPort });
  const ready = { ready: true, control: `http://${options.host}:${port}` };
  process.stdout.write(`${JSON.stringify(ready)}\n`);
  process.send?.(ready);
}

function watch(vendor: VendorProcess): void {
  vendors.push(vendor);
  void vendor.exited.then(() => {
    if (!ending) process.stderr.write(`sandbox: the process of vendor ${vendor.name} has ended\n`);
    return end(1);
  });
}

async function end(status: number): Promise<void> {
  if (ending) return;
  ending = true;
  await Promise.all(vendors.map((vendor) => vendor.stop()));
  process.exit(status);
}
