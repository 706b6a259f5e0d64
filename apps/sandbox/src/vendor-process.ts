import type { FromVendor, ToVendor } from './channel.js';
import { VendorServer } from './vendor-server.js';
import { vendorsOf } from './vendors.js';

// The process of one vendor, forked by the supervisor: told over the channel what to be, and ended by the channel's end.
let server: VendorServer | undefined;

process.on('message', (message: ToVendor) => {
  if (message.kind === 'start') void start(message);
  else void answer(message);
});
// Whatever the parent was started with: this process lives as long as its channel, also while its ports are closed.
process.channel?.ref();
// A Ctrl-C in the terminal reaches every process: the main one ends this one, in order.
process.on('SIGINT', () => undefined);
process.once('SIGTERM', () => void end());
process.once('disconnect', () => void end());

async function start({ vendor: name, options }: Extract<ToVendor, { kind: 'start' }>): Promise<void> {
  try {
    server = await VendorServer.start({ name, vendors: vendorsOf(name, options.simulate) }, options);
    send({ kind: 'ready' });
  } catch (error) {
    send({ kind: 'failed', reason: error instanceof Error ? error.message : String(error) });
  }
}

async function answer({ id, command, asks }: Extract<ToVendor, { kind: 'ask' }>): Promise<void> {
  // Each command's asks were checked where they entered, at the control port.
  send({ kind: 'answer', id, answers: await server?.ask(command, asks) });
}

async function end(): Promise<void> {
  await server?.stop();
  process.exit(0);
}

function send(message: FromVendor): void {
  process.send?.(message);
}
