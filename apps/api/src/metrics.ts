import { createServer, type Server } from 'node:http';
import type { NextFunction, Response } from 'express';
import { collectDefaultMetrics, Histogram, Registry } from 'prom-client';
import type { ApiRequest } from './api-request.js';

/** What an operator's Prometheus reads. */
export class Metrics {
  readonly registry = new Registry();
  readonly #requests = new Histogram({
    name: 'registrar_http_request_seconds',
    help: 'Time to answer a request, by route and status',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 30],
    registers: [this.registry],
  });

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  /** Measures every request; ids in paths do not become labels. */
  readonly measure = (request: ApiRequest, response: Response, next: NextFunction): void => {
    const stop = this.#requests.startTimer();
    response.once('close', () => {
      const route = (request.route as { path?: unknown } | undefined)?.path;
      stop({ method: request.method, route: typeof route === 'string' ? route : 'none', status: response.statusCode });
    });
    next();
  };

  /** Serves /metrics on a port of its own, which is not for the outside. */
  async listen(host: string, port: number): Promise<Server> {
    const server = createServer((request, response) => {
      if (request.url !== '/metrics') {
        response.writeHead(404).end();
        return;
      }
      this.registry.metrics().then(
        (text) => response.writeHead(200, { 'Content-Type': this.registry.contentType }).end(text),
        () => response.writeHead(500).end(),
      );
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(port, host, resolve);
    });
    return server;
  }
}
