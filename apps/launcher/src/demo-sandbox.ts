import { join } from 'node:path';
import { howEnded } from './supervisor.js';
import { startProgram } from './program.js';

/** One authorization server of the sandbox. */
export interface DemoServer {
  readonly vendor: string;
  /** Absent where it serves every hospital. */
  readonly hospital?: string;
  readonly issuer: string;
  readonly fhir_base_url: string;
  readonly initial_access_token?: string;
}

/** A client as the authorization server itself has it. */
export interface LedgerClient {
  readonly vendor: string;
  readonly hospital: string | null;
  readonly issuer: string;
  readonly client_id: string;
  readonly client_name: string | null;
  readonly software_version: string | null;
  readonly deleted_at: string | null;
}

/** What the sandbox's control port knows: the truth, which Registrar never asks for. */
export interface DemoLedger {
  servers(): Promise<DemoServer[]>;
  ledger(): Promise<LedgerClient[]>;
  /** Removes a client at its server, as that hospital's administrator would. */
  removeClient(client: LedgerClient): Promise<void>;
}

/** The sandbox as a process of its own. */
export interface DemoSandbox extends DemoLedger {
  /** Settles with words when it has ended by itself. */
  readonly failed: Promise<string>;
  stop(): Promise<void>;
}

const READY_MS = 60_000;
const GRACE_MS = 10_000;
const MAIN = join(import.meta.dirname, '../../../programs/sandbox.js');

/**
 * Starts it on a folder, so that ports, clients and ledger are those of the run before.
 * @throws Error in plain words
 */
export async function startDemoSandbox(plan: {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly onLine: (line: string, name: string) => void;
}): Promise<DemoSandbox> {
  let tell: (control: string) => void = () => undefined;
  const ready = new Promise<string>((resolve) => (tell = resolve));
  let last = '';
  const program = startProgram({
    name: 'sandbox',
    file: MAIN,
    args: ['--data', plan.folder, '--hospitals', '11', '--vendors', 'meadow,harbor,summit,lagoon'],
    env: plan.env,
    onLine: (line, name) => {
      plan.onLine(line, name);
      const control = readyControl(line);
      if (control !== undefined) tell(control);
      else last = line.replace(/^sandbox: /, '');
    },
  });
  const ended = program.exited.then((ending) => `The sandbox ended ${howEnded(ending)}.${last === '' ? '' : ` It said: ${last}`}`);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(resolve, READY_MS, `The sandbox was not ready within ${READY_MS / 1000} s.`);
  });
  const control = await Promise.race([ready, Promise.race([ended, late]).then((words) => new Error(words))]);
  clearTimeout(timer);
  if (control instanceof Error) {
    await program.stop(GRACE_MS);
    throw new Error(inWords(control.message));
  }
  const ask = async <Body>(path: string, body?: object): Promise<Body> => {
    const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    const answer = await fetch(`${control}${path}`, init);
    if (!answer.ok) throw new Error(`The sandbox answered ${path} with status ${answer.status}.`);
    return (await answer.json()) as Body;
  };
  return {
    servers: () => ask('/servers'),
    ledger: () => ask('/ledger'),
    removeClient: async ({ vendor, hospital, client_id }) => {
      await ask('/remove-clients', { vendor, client_id, ...(hospital === null ? {} : { hospital }) });
    },
    failed: ended,
    stop: async () => {
      await program.stop(GRACE_MS);
    },
  };
}

function readyControl(line: string): string | undefined {
  if (!line.startsWith('{"ready":true')) return undefined;
  return (JSON.parse(line) as { control: string }).control;
}

function inWords(words: string): string {
  const port = /EADDRINUSE.*?:(\d+)/.exec(words)?.[1];
  if (port === undefined) return words;
  return `Port ${port}, which the sandbox had in the run before, is taken by another program. Is another demo running? Stop it and try again.`;
}
