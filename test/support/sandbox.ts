import type { z } from 'zod';
import type { ServerListing } from '../../apps/sandbox/src/command.js';
import type { faultSchema } from '../../apps/sandbox/src/fault.js';
import type { LedgerEntry } from '../../apps/sandbox/src/ledger-entry.js';
import type { RequestCounts, RequestRecord } from '../../apps/sandbox/src/request-log.js';
import { startPart, until, type Part } from './part.js';

/** A way for an exchange to go wrong; apps/sandbox/README.md lists them. */
export type SandboxFault = z.input<typeof faultSchema>;

/** The sandbox's authorization servers with their control port, as processes of their own. */
export interface TestSandbox {
  readonly part: Part;
  /** Address of the control port. */
  readonly control: string;
  /** The true ledger of clients, as the authorization servers know it. */
  ledger(): Promise<LedgerEntry[]>;
  /** The servers: their vendors, FHIR base URLs, and what they ask for. */
  servers(): Promise<ServerListing[]>;
  /** How many requests each server had, by endpoint and method. */
  requests(): Promise<RequestCounts[]>;
  /** The last requests, oldest first. */
  recentRequests(): Promise<RequestRecord[]>;
  /** Adds a fault that they answer with from now on. */
  fault(fault: SandboxFault): Promise<void>;
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
    ledger: () => ask('GET', '/ledger'),
    servers: () => ask('GET', '/servers'),
    requests: () => ask('GET', '/requests'),
    recentRequests: () => ask('GET', '/requests/recent'),
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
