import { demoApi } from '../../apps/launcher/src/demo-api.js';
import { runDemo, type DemoResult } from '../../apps/launcher/src/demo-flow.js';
import type { Stack } from '../support/index.js';

/** How long one whole run may take on a busy machine, in milliseconds. */
export const DEMO_MS = 240_000;

/** What a stack needs for the demo: ten hospitals that stay, and one that leaves. */
export const DEMO_SANDBOX = { SANDBOX_HOSPITALS: '11' };

/** The demo's own flow on a stack under test, with all that it wrote on the screen. */
export async function demoOn(stack: Stack): Promise<DemoResult & { readonly screen: string }> {
  const { sandbox } = stack;
  const written: string[] = [];
  const signal = AbortSignal.timeout(DEMO_MS - 5_000);
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
