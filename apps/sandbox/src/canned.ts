import { parseArgs } from 'node:util';
import { CannedServer } from './canned-server.js';

// The canned authorization servers of the bench, as a process: prints one line when ready, and ends with its parent or on SIGTERM.
const { values } = parseArgs({
  options: { port: { type: 'string' }, servers: { type: 'string' }, 'latency-ms': { type: 'string' } },
});
const canned = await CannedServer.start({
  bind: '127.0.0.1',
  port: Number(values.port ?? process.env.CANNED_PORT ?? 0),
  servers: Number(values.servers ?? process.env.CANNED_SERVERS ?? 10),
  latencyMs: Number(values['latency-ms'] ?? process.env.CANNED_LATENCY_MS ?? 0),
});
for (const signal of ['SIGTERM', 'SIGINT', 'disconnect']) {
  process.once(signal, () => void canned.stop().then(() => process.exit(0)));
}
const servers = canned.issuers().map((issuer) => ({ issuer, fhir_base_url: `${issuer}/fhir` }));
const ready = { ready: true, url: canned.url, counts: `${canned.url}/counts`, servers };
process.stdout.write(`${JSON.stringify(ready)}\n`);
process.send?.(ready);
