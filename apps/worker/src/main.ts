import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { loadConfig } from '@registrar/config';
import { armFaults } from '@registrar/faults';
import { Problem, problemInWords } from '@registrar/problem';
import { createLogger, failureOf } from './logger.js';
import { WorkerModule } from './worker.module.js';

try {
  const config = loadConfig();
  if (config.FAULTS !== undefined) armFaults(config.FAULTS, config.NODE_ENV);
  const logger = createLogger(config);
  // Node would print whatever the error carries, which may be a statement's values; what is under way is taken over by its lease.
  process.on('uncaughtException', (error: unknown) => {
    logger.fatal({ failure: failureOf(error) }, 'ended by an error that nobody caught');
    process.exit(1);
  });
  const app = await NestFactory.createApplicationContext(WorkerModule.of(config, logger), { logger: false, abortOnError: false });
  // Ended in order is status 0, and the last lines are written first.
  app.enableShutdownHooks(['SIGTERM', 'SIGINT'], { useProcessExit: true });
} catch (error) {
  // A start that fails says why in words, and what to do.
  const words = error instanceof Problem ? problemInWords(error) : JSON.stringify(failureOf(error));
  process.stderr.write(`The worker cannot start: ${words}\n`);
  process.exit(1);
}
