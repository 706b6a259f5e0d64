import { until } from './part.js';
import type { Stack } from './stack.js';

/** A registration whose consumers somebody plays. */
export interface Observed {
  readonly id: string;
  readonly clientId: string;
  /** They hold the secret, or have Registrar sign. */
  readonly by: 'secret' | 'assertion';
  readonly tokenEndpoint: string;
}

/** A secret that a consumer keeps until another version is current, and the API key with which it fetches it. */
interface Held {
  readonly key: string;
  readonly version?: number;
  readonly secret?: string;
}

/** Consumers that authenticate at the EHRs themselves all the time, each with the credential that is current. */
export interface Observer {
  /** How often each has authenticated. */
  readonly counts: ReadonlyMap<string, number>;
  /** What was refused, in words; nothing where no consumer was interrupted. */
  readonly failures: readonly string[];
  /** Does something while nobody is authenticating: clocks are moved only then, or an assertion of before would have expired after. */
  pausing(work: () => Promise<void>): Promise<void>;
  /** Waits until each has authenticated once more. */
  round(): Promise<void>;
  stop(): Promise<void>;
}

/** Begins; `loops` of them authenticate at once. */
export function observe(stack: Stack, observed: readonly Observed[], loops: number): Observer {
  const counts = new Map(observed.map(({ id }) => [id, 0]));
  const failures: string[] = [];
  const held = new Map<string, Held>();
  let going = true;
  let underWay = 0;
  let gate: Promise<void> = Promise.resolve();
  const once = async (one: Observed): Promise<void> => {
    await gate;
    underWay += 1;
    try {
      const refused = await authenticate(stack, one, held);
      if (refused !== undefined) failures.push(`${one.id}: ${refused}`);
      counts.set(one.id, (counts.get(one.id) ?? 0) + 1);
    } finally {
      underWay -= 1;
    }
  };
  const running = Array.from({ length: loops }, async (_, part) => {
    const own = observed.filter((_one, index) => index % loops === part);
    for (let index = 0; going && own.length > 0; index += 1) await once(own[index % own.length] as Observed);
  });
  return {
    counts,
    failures,
    async pausing(work) {
      let open = (): void => undefined;
      gate = new Promise<void>((resolve) => (open = resolve));
      try {
        await until('the consumers under way to be answered', () => underWay === 0);
        await work();
      } finally {
        open();
      }
    },
    async round() {
      const before = new Map(counts);
      await until(
        'each consumer to authenticate once more',
        () => [...counts].every(([id, count]) => count > (before.get(id) ?? 0)),
        120_000,
      );
    },
    async stop() {
      going = false;
      await Promise.all(running);
    },
  };
}

/** One token of the EHR's own token endpoint. @returns what was refused */
async function authenticate(
  stack: Stack,
  { id, clientId, by, tokenEndpoint }: Observed,
  held: Map<string, Held>,
): Promise<string | undefined> {
  const form: Record<string, string> = { grant_type: 'client_credentials', scope: 'system/Patient.rs' };
  const headers: Record<string, string> = { 'content-type': 'application/x-www-form-urlencoded' };
  if (by === 'secret') {
    const secret = await currentSecret(stack, id, held);
    const pair = [clientId, secret].map(encodeURIComponent).join(':');
    headers['authorization'] = `Basic ${Buffer.from(pair).toString('base64')}`;
  } else {
    const signed = await stack.call<Record<string, string>>('POST', `/v1/registrations/${id}/client-assertion`, { body: {} });
    if (signed.status !== 200) return `assertion ${signed.status} ${JSON.stringify(signed.body)}`;
    form['client_assertion'] = signed.body['client_assertion'] ?? '';
    form['client_assertion_type'] = signed.body['client_assertion_type'] ?? '';
    form['client_id'] = clientId;
  }
  const answer = await fetch(tokenEndpoint, { method: 'POST', headers, body: new URLSearchParams(form) });
  const text = await answer.text();
  return answer.status === 200 ? undefined : `token ${answer.status} ${text}`;
}

/** Fetches it where another version is current than the one that is held, as its consumer is told to. */
async function currentSecret(stack: Stack, id: string, held: Map<string, Held>): Promise<string> {
  const known = held.get(id) ?? { key: await newKey(stack) };
  const shown = await stack.call<{ credential: { version: number } }>('GET', `/v1/registrations/${id}`);
  if (known.secret !== undefined && shown.body.credential.version === known.version) return known.secret;
  const body = { reason: 'The nightly export signs in' };
  const answer = await stack.call<{ client_secret: string; version: number }>('POST', `/v1/registrations/${id}/reveal`, {
    body,
    key: known.key,
  });
  if (answer.status !== 200) throw new Error(`reveal ${answer.status} ${JSON.stringify(answer.body)}`);
  held.set(id, { key: known.key, version: answer.body.version, secret: answer.body.client_secret });
  return answer.body.client_secret;
}

async function newKey(stack: Stack): Promise<string> {
  return (await stack.call<{ key: string }>('POST', '/v1/api-keys', { body: { name: 'export', role: 'service' } })).body.key;
}
