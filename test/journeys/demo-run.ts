import { demoApi } from '../../apps/launcher/src/demo-api.js';
import { runDemo, type DemoResult } from '../../apps/launcher/src/demo-flow.js';
import type { Stack } from '../support/index.js';

/** The demo's own flow on a stack under test, with all that it wrote on the screen. */
export async function demoOn(stack: Stack): Promise<DemoResult & { readonly screen: string }> {
  const { sandbox } = stack;
  const written: string[] = [];
  const signal = AbortSignal.timeout(55_000);
  const result = await runDemo({
    api: demoApi(stack.baseUrl, stack.ownerKey, signal),
    sandbox: {
      servers: () => sandbox.servers(),
      ledger: () => sandbox.ledger(),
      removeClient: async ({ vendor, client_id }) => {
        const body = JSON.stringify({ vendor, client_id });
        await fetch(`${sandbox.control}/remove-clients`, { method: 'POST', body });
      },
    },
    screen: { write: (text) => written.push(text) },
    signal,
  });
  return { ...result, screen: written.join('') };
}

/** The clients that live at the authorization servers, as these have them. */
export async function liveClients(stack: Stack) {
  return (await stack.sandbox.ledger()).filter(({ deleted_at }) => deleted_at === null);
}
