import { setTimeout as pause } from 'node:timers/promises';

/** The HTTP API of Registrar, as the demo calls it: with the owner's key, and with nothing that another client could not do. */
export interface DemoApi {
  get<Body>(path: string): Promise<Body>;
  /** Every entry of a list, over all its pages. */
  all<Item>(path: string): Promise<Item[]>;
  /** `doing` completes "… did not work" for a person. */
  send<Body>(method: 'POST' | 'PUT' | 'PATCH', path: string, body: unknown, doing: string): Promise<Body>;
}

/** What Registrar says when it refuses (RFC 9457). */
export interface ApiProblem {
  readonly code: string;
  readonly title: string;
  readonly detail?: string;
  readonly next_action?: { readonly actor: string; readonly label: string };
}

const PATIENCE_MS = 60_000;
const REPEATED: ReadonlySet<number> = new Set([429, 503]);

/** @param signal ends every call that is under way */
export function demoApi(address: string, key: string, signal: AbortSignal): DemoApi {
  const ask = async <Body>(method: string, path: string, doing: string, body?: unknown): Promise<Body> => {
    const init: RequestInit = {
      method,
      signal,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        // A POST that is repeated after 503 is done once all the same.
        ...(method === 'POST' ? { 'idempotency-key': crypto.randomUUID() } : {}),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    };
    const until = performance.now() + PATIENCE_MS;
    for (;;) {
      const answer = await fetch(`${address}${path}`, init);
      const text = await answer.text();
      if (answer.ok) return JSON.parse(text) as Body;
      const waitMs = Math.max(1, Number(answer.headers.get('retry-after')) || 1) * 1000;
      if (!REPEATED.has(answer.status) || performance.now() + waitMs > until) throw new Error(refusal(doing, answer.status, text));
      await pause(waitMs, undefined, { signal });
    }
  };
  const get = <Body>(path: string): Promise<Body> => ask('GET', path, `Reading ${path}`);
  return {
    get,
    all: async <Item>(path: string): Promise<Item[]> => {
      const found: Item[] = [];
      for (let cursor: string | null = ''; cursor !== null;) {
        const from: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
        const page: { data: Item[]; next_cursor: string | null } = await get(`${path}${path.includes('?') ? '&' : '?'}limit=200${from}`);
        found.push(...page.data);
        cursor = page.next_cursor;
      }
      return found;
    },
    send: (method, path, body, doing) => ask(method, path, doing, body),
  };
}

/** A problem in one line: what is wrong, and who does what about it. */
export function problemWords({ title, detail, code, next_action: next }: ApiProblem): string {
  const what = detail === undefined || detail === title ? title : `${title}: ${detail}`;
  return `${what.replace(/\.$/, '')} (${code}).${next ? ` Next: ${next.label}.` : ''}`;
}

function refusal(doing: string, status: number, text: string): string {
  try {
    return `${doing} did not work. ${problemWords(JSON.parse(text) as ApiProblem)}`;
  } catch {
    return `${doing} did not work: the API answered with status ${status}.`;
  }
}
