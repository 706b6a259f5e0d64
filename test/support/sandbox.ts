import type { z } from 'zod';
import type { ServerListing } from '../../apps/sandbox/src/command.js';
import type { faultSchema } from '../../apps/sandbox/src/fault.js';
import type { LedgerEntry } from '../../apps/sandbox/src/ledger-entry.js';
import type { RequestCounts, RequestFilter, RequestRate, RequestRecord } from '../../apps/sandbox/src/request-log.js';
import type { ClockChange } from '../../apps/sandbox/src/sandbox-clock.js';
import type { BehaviourListing, ListedKeyFetch } from '../../apps/sandbox/src/simulation-command.js';
import type { changedClientSchema, EnteredClient, enteredClientSchema, mintSchema } from '../../apps/sandbox/src/simulation.js';
import type { BehaviourChange } from '../../apps/sandbox/src/simulator/behaviour.js';
import { startPart, until, type Part } from './part.js';

/** A way for an exchange to go wrong; apps/sandbox/README.md lists them. */
export type SandboxFault = z.input<typeof faultSchema>;

/** Which servers; what is not named is any. */
export interface SandboxServers {
  readonly vendor?: string;
  readonly hospital?: string;
}

/** The sandbox's authorization servers with their control port, as processes of their own. */
export interface TestSandbox {
  readonly part: Part;
  /** Address of the control port. */
  readonly control: string;
  /** The true ledger of clients, as the authorization servers know it. */
  ledger(which?: SandboxServers): Promise<LedgerEntry[]>;
  /** The servers: their vendors, FHIR base URLs, and what they ask for. */
  servers(which?: SandboxServers): Promise<ServerListing[]>;
  /** How many requests each server had, by endpoint and method. */
  requests(): Promise<RequestCounts[]>;
  /** The last requests, oldest first. */
  recentRequests(filter?: RequestFilter): Promise<RequestRecord[]>;
  /** The busiest second of each server, by its own clock. */
  rates(): Promise<RequestRate[]>;
  /** Adds a fault that they answer with from now on. */
  fault(fault: SandboxFault): Promise<void>;
  /** Takes all faults away. */
  clearFaults(): Promise<void>;
  /** Lets client secrets expire now: all, or those of a vendor, hospital or client. */
  expireSecrets(which?: SandboxServers & { readonly client_id?: string }): Promise<void>;
  /** The hospital removes a client; Registrar is not told. Answers how many. */
  removeClient(which: SandboxServers & { readonly client_id: string }): Promise<number>;
  /** What follows needs `SANDBOX_SIMULATE`. */
  readonly simulator: TestSimulator;
}

/** The simulated servers, as their administrators have them. Every call rejects where none is simulated. */
export interface TestSimulator {
  behaviours(which?: SandboxServers): Promise<BehaviourListing[]>;
  /** Changes members of the behaviour of running servers. */
  change(which: SandboxServers, set: BehaviourChange): Promise<void>;
  /** Moves the clock of all simulated servers, and answers what it shows then; the real time until it is moved. */
  clock(change?: ClockChange): Promise<Date>;
  /** One more initial access token. */
  mint(asks: z.input<typeof mintSchema>): Promise<string>;
  /** Enters a client by hand, as a person does at a vendor's portal. */
  enterClient(asks: z.input<typeof enteredClientSchema>): Promise<EnteredClient>;
  /** Changes it there: metadata, activation, another secret. */
  changeClient(asks: z.input<typeof changedClientSchema>): Promise<EnteredClient>;
  /** Every fetch of a key set, with the keys that were in it. */
  keyFetches(which?: SandboxServers): Promise<ListedKeyFetch[]>;
  /** The servers fetch key sets anew. */
  forgetKeys(which?: SandboxServers): Promise<void>;
  /** False: connections to simulated servers are refused, until true. */
  listen(open: boolean): Promise<void>;
}

/** Starts it and reads its ready line, `{"ready":true,"control":"http://…"}`. */
export async function startSandbox(env: NodeJS.ProcessEnv): Promise<TestSandbox> {
  let control = '';
  const part = await startPart({
    name: 'sandbox',
    file: 'programs/sandbox.js',
    env,
    ready: async ({ lines }) => {
      control = await until('the ready line of the sandbox', () =>
        lines()
          .map(readyControl)
          .find((found) => found !== undefined),
      );
    },
  });
  const ask = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const answer = await fetch(`${control}${path}`, {
      method,
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`The sandbox answered ${method} ${path} with ${answer.status}: ${await answer.text()}`);
    return (await answer.json()) as T;
  };
  return {
    part,
    get control() {
      return control;
    },
    ledger: (which) => ask('GET', `/ledger${query(which)}`),
    servers: (which) => ask('GET', `/servers${query(which)}`),
    requests: () => ask('GET', '/requests'),
    recentRequests: (filter) => ask('GET', `/requests/recent${query(filter)}`),
    rates: () => ask('GET', '/requests/rates'),
    fault: async (fault) => {
      await ask('POST', '/faults', fault);
    },
    clearFaults: async () => {
      await ask('DELETE', '/faults');
    },
    expireSecrets: async (which = {}) => {
      await ask('POST', '/expire-secrets', which);
    },
    removeClient: async (which) => (await ask<{ removed: number }>('POST', '/remove-clients', which)).removed,
    simulator: simulatorBehind(ask),
  };
}

type Ask = <T>(method: string, path: string, body?: unknown) => Promise<T>;

function simulatorBehind(ask: Ask): TestSimulator {
  return {
    behaviours: (which) => ask('GET', `/behaviour${query(which)}`),
    change: async (which, set) => {
      await ask('POST', '/behaviour', { ...which, set });
    },
    clock: async (change) => new Date((await ask<{ now: string }>(change ? 'POST' : 'GET', '/clock', change)).now),
    mint: async (asks) => (await ask<{ initial_access_token: string }>('POST', '/initial-access-tokens', asks)).initial_access_token,
    enterClient: (asks) => ask('POST', '/clients', asks),
    changeClient: (asks) => ask('POST', '/clients/change', asks),
    keyFetches: (which) => ask('GET', `/key-fetches${query(which)}`),
    forgetKeys: async (which = {}) => {
      await ask('POST', '/forget-keys', which);
    },
    listen: async (open) => {
      await ask('POST', '/listen', { open });
    },
  };
}

function query(which: object = {}): string {
  const named = Object.entries(which).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return named.length === 0 ? '' : `?${new URLSearchParams(named).toString()}`;
}

function readyControl(line: string): string | undefined {
  if (!line.startsWith('{')) return undefined;
  const said = JSON.parse(line) as { ready?: boolean; control?: string };
  return said.ready === true ? said.control?.replace(/\/+$/, '') : undefined;
}
