import type { TestProject } from 'vitest/node';
import { makeReady } from '../../apps/launcher/prepare.mjs';
import { startTestServer, type TestServer } from './server.js';

declare module 'vitest' {
  export interface ProvidedContext {
    server: TestServer;
  }
}

/** Once for the run: a build of these sources, and the Postgres that every stack test works on. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  // What needs the build says so when it is not there; a library's own tests run without.
  await makeReady().catch((error: unknown) => process.stderr.write(`Not built: ${String(error)}\n`));
  const { server, stop } = await startTestServer();
  project.provide('server', server);
  return stop;
}
