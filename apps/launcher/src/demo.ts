import { join } from 'node:path';
import { loadConfig } from '@registrar/config';
import { claimPort } from './address.js';
import { demoApi } from './demo-api.js';
import { runDemo, type DemoResult } from './demo-flow.js';
import { openDemoLog, type DemoLog } from './demo-log.js';
import { readDemoOptions } from './demo-options.js';
import { HOSPITALS, VENDORS } from './demo-plan.js';
import { startDemoSandbox } from './demo-sandbox.js';
import { startRegistrar, type Registrar } from './registrar.js';
import { askedToEnd, explain, say } from './terminal.js';

// npm run demo: the stack, the sandbox, and forty registrations that are proven. Stays up; with --exit it ends and tells by its status.
const INTERRUPTED = 130;
const running: (() => Promise<void>)[] = [];
const ending = new AbortController();
const asked = askedToEnd().then((signal) => {
  ending.abort();
  return signal;
});
const state: { log?: DemoLog; serving: boolean } = { serving: false };

try {
  process.exitCode = await demo(readDemoOptions(process.argv.slice(2)).exit);
} catch (error) {
  if (ending.signal.aborted) {
    say('Stopping.');
    process.exitCode = INTERRUPTED;
  } else {
    const { log, serving } = state;
    // What a program said before it could serve is what it is about.
    if (!serving) for (const line of log?.last() ?? []) say(line);
    process.stderr.write(`registrar: ${explain(error)}\n`);
    if (log) process.stderr.write(`The log of its programs is ${log.file}\n`);
    process.exitCode = 1;
  }
} finally {
  for (const stop of running.splice(0).reverse()) await stop();
}

async function demo(exit: boolean): Promise<number> {
  const { HOST, PORT, REGISTRAR_HOME } = loadConfig(process.env);
  await claimPort(HOST, PORT, 'PORT', 'npm run demo');
  say(`Registrar's demo: ${HOSPITALS.length} hospitals × ${VENDORS.length} EHR vendors, by one call.`);
  const log = openDemoLog(join(REGISTRAR_HOME, 'demo.log'));
  state.log = log;
  const sandbox = await startDemoSandbox({ folder: join(REGISTRAR_HOME, 'sandbox'), env: process.env, onLine: log.hear });
  running.push(() => sandbox.stop());
  // Nobody scrapes a demo: its metrics are at whatever port is free.
  const env = { METRICS_PORT: '0', ...process.env };
  const registrar = await startRegistrar({ env, say, onLine: log.hear });
  running.push(() => registrar.stop());
  const { ownerKey } = registrar;
  if (ownerKey === undefined)
    throw new Error(`The owner's key is not in ${registrar.ownerKeyFile}: put it back there, or remove the folder's data.`);
  state.serving = true;
  say(`✓ Registrar serves at ${registrar.address}`);

  const api = demoApi(registrar.address, ownerKey, ending.signal);
  const failed = Promise.race([registrar.failed, sandbox.failed]);
  const flow = runDemo({ api, sandbox, screen: process.stdout, signal: ending.signal });
  // Where a part has ended, the reason is said, and not what it was that failed next.
  const result = await Promise.race([flow, failed.then((words) => Promise.reject(new Error(words)))]);
  tell(result, registrar, exit);
  const status = result.complaints.length === 0 ? 0 : 1;
  if (exit) return status;
  const why = await Promise.race([asked, failed]);
  say(why.startsWith('SIG') ? 'Stopping.' : why);
  return why.startsWith('SIG') ? status : 1;
}

function tell({ standings, complaints }: DemoResult, registrar: Registrar, exit: boolean): void {
  if (complaints.length === 0)
    say(`✓ All ${standings.length} are active and proven, and the authorization servers have exactly these clients.`);
  else {
    say('Not everything held:');
    for (const complaint of complaints) say(`✗ ${complaint}`);
  }
  if (exit) return;
  const key = `-H "Authorization: Bearer $(cat '${registrar.ownerKeyFile}')"`;
  const first = standings.find(({ registration }) => registration?.proof === 'token');
  say('');
  say(`Registrar serves at ${registrar.address}  (documentation: ${registrar.address}/docs)`);
  say('Try, in another terminal:');
  say(`  curl ${key} '${registrar.address}/v1/registrations?status=active&limit=3'`);
  if (first?.registration) {
    say(`An access token of ${first.hospital}'s ${first.vendor}, fetched by Registrar:`);
    say(`  curl -X POST ${key} ${registrar.address}/v1/registrations/${first.registration.id}/token`);
  }
  say('Ctrl-C stops everything; the next run finds it all again.');
}
