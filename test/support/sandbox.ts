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
  /** Sets the faults that they answer with from now on. */
  faults(faults: unknown): Promise<void>;
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
  const get = async (path: string): Promise<unknown> => {
    const answer = await fetch(`${control}${path}`);
    if (!answer.ok) throw new Error(`The sandbox answered ${path} with ${answer.status}`);
    return answer.json();
  };
  return {
    part,
    control,
    ledger: () => get('/ledger'),
    servers: () => get('/servers'),
    requests: () => get('/requests'),
    faults: async (faults) => {
      const answer = await fetch(`${control}/faults`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(faults),
      });
      if (!answer.ok) throw new Error(`The sandbox refused the faults with ${answer.status}: ${await answer.text()}`);
    },
  };
}

function readyControl(line: string): string | undefined {
  if (!line.startsWith('{')) return undefined;
  const said = JSON.parse(line) as { ready?: boolean; control?: string };
  return said.ready === true ? said.control?.replace(/\/+$/, '') : undefined;
}
