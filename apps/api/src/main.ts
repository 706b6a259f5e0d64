import 'reflect-metadata';
import { loadConfig } from '@registrar/config';
import { armFaults } from '@registrar/faults';
import { Problem, problemInWords } from '@registrar/problem';
import { compose } from './composition.js';
import { Lifetime } from './health/lifetime.js';
import { makeHttpApp } from './http-app.js';
import { openLog } from './log.js';
import { Metrics } from './metrics.js';

/** What is under way may take as long as the longest `Prefer: wait`, and five seconds. */
const DRAIN_MS = 35_000;

async function start(): Promise<void> {
  const config = loadConfig();
  if (config.FAULTS !== undefined) armFaults(config.FAULTS, config.NODE_ENV);
  const log = openLog(config.LOG_LEVEL, 'api');
  // Node would print whatever the error carries, which may be a statement's values; what is half done ends with the process.
  process.on('uncaughtException', (error: unknown) => {
    log.fatal({ err: error }, 'ended by an error that nobody caught');
    process.exit(1);
  });
  const composition = await compose(config, log);
  const lifetime = new Lifetime();
  const metrics = new Metrics();
  const settings = { providers: composition.providers, lifetime, log, requestsPerSecond: config.RATE_LIMIT_PER_SECOND };
  const app = await makeHttpApp(config, settings, metrics);
  const metricsServer = await metrics.listen(config.HOST, config.METRICS_PORT);
  await app.listen(config.PORT, config.HOST);
  log.info({ host: config.HOST, port: config.PORT }, 'listening');

  const stop = async (signal: string): Promise<void> => {
    if (lifetime.stopping) return;
    lifetime.stop();
    log.info({ signal }, 'stopping');
    setTimeout(() => process.exit(1), DRAIN_MS).unref();
    metricsServer.close();
    await app.close();
    await composition.close();
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.on(signal, () => {
      stop(signal).catch((error: unknown) => {
        log.error({ err: error }, 'stopping');
        process.exit(1);
      });
    });
}

try {
  await start();
} catch (error) {
  const said = error instanceof Problem ? problemInWords(error) : error instanceof Error ? error.message : 'unknown';
  process.stderr.write(`The api did not start: ${said}\n`);
  process.exit(1);
}
