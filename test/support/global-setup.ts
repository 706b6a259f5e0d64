import type { TestProject } from 'vitest/node';
import { startTestServer, type TestServer } from './server.js';

declare module 'vitest' {
  export interface ProvidedContext {
    server: TestServer;
  }
}

/** Once for the run: the Postgres that every stack test works on. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { server, stop } = await startTestServer();
  project.provide('server', server);
  return stop;
}
