import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Config } from '@registrar/config';
import type { NextFunction, Request, Response } from 'express';
import { AppModule, type AppSettings } from './app.module.js';
import { browserHeaders } from './browser-headers.js';
import { importBody } from './imports/import-body.js';
import { BODY_BYTES, bodyReader } from './json-body.js';
import { nestLog, requestLog } from './log.js';
import type { Metrics } from './metrics.js';
import { serveOpenApi } from './openapi.js';
import { requestId } from './request-id.js';

const REQUEST_MS = 30_000;
const KEEP_ALIVE_MS = 65_000;

/** The whole HTTP side, not yet listening. */
export async function makeHttpApp(config: Config, settings: AppSettings, metrics: Metrics): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(AppModule.with(settings), {
    bodyParser: false,
    logger: nestLog(settings.log),
    abortOnError: false,
    return503OnClosing: true,
  });
  app.set('trust proxy', config.TRUST_PROXY.length > 0 ? config.TRUST_PROXY : false);
  app.set('query parser', 'simple');
  app.set('etag', false);
  app.set('x-powered-by', false);
  app.use(requestId);
  app.use(metrics.measure);
  app.use(requestLog(settings.log));
  app.use(browserHeaders(config.PUBLIC_URL.startsWith('https:')));
  app.use('/v1', (_request: Request, response: Response, next: NextFunction) => {
    response.setHeader('Cache-Control', 'no-store');
    next();
  });
  app.use('/v1/registrations/import', importBody);
  app.use('/v1', bodyReader({ maxBytes: BODY_BYTES }));
  serveOpenApi(app, config.PUBLIC_URL);
  const server = app.getHttpServer();
  server.requestTimeout = REQUEST_MS;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  await app.init();
  return app;
}
