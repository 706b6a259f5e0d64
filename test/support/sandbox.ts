import { startPart, until, type Part } from './part.js';

/** The sandbox's authorization servers with their control port, as processes of their own. */
export interface TestSandbox {
  readonly part: Part;
  /** Address of the control port. */
  readonly control: string;
  /** The true ledger of clients, as the authorization servers know it. */
  ledger(): Promise<unknown>;
  /** The servers: their vendors, FHIR base URLs, and what they ask for. */
  servers(): Promise<unknown>;
  /** What was asked of them. */
  requests(): Promise<unknown>;
  /** Adds a fault that they answer with from now on; apps/sandbox/README.md lists them. */
  fault(fault: unknown): Promise<void>;
  /** Takes all faults away. */
  clearFaults(): Promise<void>;
  /** Lets client secrets expire now: all, or those of a vendor, hospital or client. */
  expireSecrets(which?: { readonly vendor?: string; readonly hospital?: string; readonly client_id?: string }): Promise<void>;
}

/** Starts it and reads its ready line, `{"ready":true,"control":"http://…"}`. */
export async function startSandbox(env: NodeJS.ProcessEnv): Promise<TestSandbox> {
  let control = '';
  const part = await startPart({
    name: 'sandbox',
    file: 'apps/sandbox/src/main.js',
    env,
    ready: async ({ lines }) => {
      control = await until('the ready line of the sandbox', () =>
        lines()
          .map(readyControl)
          .find((found) => found !== undefined),
      );
    },
  });
  const ask = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const answer = await fetch(`${control}${path}`, {
      method,
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`The sandbox answered ${method} ${path} with ${answer.status}: ${await answer.text()}`);
    return answer.json();
  };
  return {
    part,
    control,
    ledger: () => ask('GET', '/ledger'),
    servers: () => ask('GET', '/servers'),
    requests: () => ask('GET', '/requests'),
    fault: async (fault) => {
      await ask('POST', '/faults', fault);
    },
    clearFaults: async () => {
      await ask('DELETE', '/faults');
    },
    expireSecrets: async (which = {}) => {
      await ask('POST', '/expire-secrets', which);
    },
  };
}

function readyControl(line: string): string | undefined {
  if (!line.startsWith('{')) return undefined;
  const said = JSON.parse(line) as { ready?: boolean; control?: string };
  return said.ready === true ? said.control?.replace(/\/+$/, '') : undefined;
}
