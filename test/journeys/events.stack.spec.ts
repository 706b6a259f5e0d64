import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startStack, until, type Stack } from '../support/index.js';

interface ShownEvent {
  id: string;
  type: string;
  tenant_id: string | null;
  subject: { type: string; id: string };
  data: Record<string, unknown>;
}
interface Page {
  data: ShownEvent[];
  next_cursor: string | null;
}
interface Reader {
  readonly heard: { id: string; event: ShownEvent }[];
  readonly ended: Promise<void>;
  close(): void;
}

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ workers: 0, sandbox: false });
});
afterAll(() => stack.stop());

const tenant = async (name: string) => (await stack.call<{ id: string }>('POST', '/v1/tenants', { body: { name } })).body.id;
const newKey = async (body: object) =>
  (await stack.call<{ id: string; key: string }>('POST', '/v1/api-keys', { body: { name: 'Reader', role: 'service', ...body } })).body;
const page = (query = '', key = stack.ownerKey) => stack.call<Page>('GET', `/v1/events${query}`, { key });

/** Follows the stream, and keeps what it was told. */
async function follow(key: string, lastEventId?: string): Promise<Reader> {
  const gone = new AbortController();
  const headers = {
    authorization: `Bearer ${key}`,
    accept: 'text/event-stream',
    ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
  };
  const answer = await fetch(`${stack.baseUrl}/v1/events`, { headers, signal: gone.signal });
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
  const heard: Reader['heard'] = [];
  const read = async () => {
    let rest = '';
    for await (const chunk of (answer.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) {
      const frames = (rest + chunk).split('\n\n');
      rest = frames.pop() ?? '';
      for (const frame of frames) {
        const [id, , data] = ['id: ', 'event: ', 'data: '].map((name) =>
          frame
            .split('\n')
            .find((line) => line.startsWith(name))
            ?.slice(name.length),
        );
        if (id !== undefined && data !== undefined) heard.push({ id, event: JSON.parse(data) as ShownEvent });
      }
    }
  };
  return {
    heard,
    ended: read().catch(() => undefined),
    close: () => {
      gone.abort();
    },
  };
}
const names = ({ heard }: Reader) => heard.map(({ event }) => event.subject.id);

describe('GET /v1/events', () => {
  it('tells what happened in the order of the commits, part by part, and goes on from the last part when there is more', async () => {
    const ids = [await tenant('Mary'), await tenant('Luke'), await tenant('Anne')];
    const first = await page('?limit=2');
    expect(first.body.data).toMatchObject([
      { id: expect.stringMatching(/^evt_/) as string, type: 'tenant.created', tenant_id: ids[0], subject: { type: 'tenant', id: ids[0] } },
      { subject: { id: ids[1] } },
    ]);
    const second = await page(`?cursor=${first.body.next_cursor ?? ''}`);
    expect(second.body.data.map(({ subject }) => subject.id)).toEqual([ids[2]]);
    const none = await page(`?cursor=${second.body.next_cursor ?? ''}`);
    expect(none.body).toEqual({ data: [], next_cursor: second.body.next_cursor });
    const late = await tenant('Late');
    expect((await page(`?cursor=${none.body.next_cursor ?? ''}`)).body.data.map(({ subject }) => subject.id)).toEqual([late]);
  });

  it('is for those who may, shows who is bound to a hospital its own alone, and takes nobody else’s cursor (A29)', async () => {
    const own = await tenant('Own');
    const bound = await newKey({ tenant_ids: [own] });
    expect((await page('', bound.key)).body.data.map(({ subject }) => subject.id)).toEqual([own]);
    expect(await page(`?cursor=${(await page()).body.next_cursor ?? ''}`, bound.key)).toMatchObject({
      status: 400,
      body: { code: 'api.invalid_cursor' },
    });
    const approver = await newKey({ role: 'approver' });
    expect(await page('', approver.key)).toMatchObject({ status: 403 });
  });

  it('shows who is bound to an application or an environment nothing of another one (T1)', async () => {
    const create = async (path: string, body: object) => {
      const made = await stack.call<{ id: string }>('POST', path, { body });
      expect(made, JSON.stringify(made.body)).toMatchObject({ status: 201 });
      return made.body.id;
    };
    const tenantId = await tenant('Both');
    const ehr = (environment: string) =>
      create('/v1/ehrs', { name: environment, environment, fhir_base_url: `https://${environment}.example/fhir`, tenant_id: tenantId });
    const ehrs = [await ehr('sandbox'), await ehr('production')];
    const application = (name: string) =>
      create('/v1/applications', { name, client_metadata: { client_name: name, grant_types: ['client_credentials'] } });
    const applications = [await application('One'), await application('Two')];
    const registrations = new Map<string, string>();
    for (const application_id of applications)
      for (const ehr_id of ehrs) {
        const id = (
          await stack.call<{ id: string }>('POST', '/v1/registrations', { body: { tenant_id: tenantId, ehr_id, application_id } })
        ).body.id;
        registrations.set(id, `${applications.indexOf(application_id)} ${ehrs.indexOf(ehr_id)}`);
      }
    const heard = async (binding: object) => {
      const { key } = await newKey({ tenant_ids: [tenantId], ...binding });
      const subjects = (await page('', key)).body.data.map(({ subject }) => subject);
      expect(subjects).toContainEqual({ type: 'tenant', id: tenantId });
      return [...new Set(subjects.flatMap(({ id }) => registrations.get(id) ?? []))].sort();
    };
    // What is not for a reader is passed once: the cursor goes on to the end of the log.
    const { key: narrow } = await newKey({ tenant_ids: [tenantId], application_id: applications[0] });
    const end = (await page('', narrow)).body.next_cursor ?? '';
    const other = { tenant_id: tenantId, name: 'Other', environment: 'production', fhir_base_url: 'https://other.example/fhir' };
    const unseen = { tenant_id: tenantId, ehr_id: await create('/v1/ehrs', other), application_id: applications[1] };
    const passed = (await page(`?cursor=${end}`, narrow)).body.next_cursor;
    await stack.call('POST', '/v1/registrations', { body: unseen });
    const after = (await page(`?cursor=${passed ?? ''}`, narrow)).body;
    expect(after.data).toEqual([]);
    expect(after.next_cursor).not.toBe(passed);
    expect(await heard({})).toEqual(['0 0', '0 1', '1 0', '1 1']);
    expect(await heard({ application_id: applications[0] })).toEqual(['0 0', '0 1']);
    expect(await heard({ environment: 'production' })).toEqual(['0 1', '1 1']);
    expect(await heard({ application_id: applications[1], environment: 'sandbox' })).toEqual(['1 0']);
  });

  it('as a stream tells what comes, and after a break what was missed, nothing twice', async () => {
    await tenant('Before');
    const reader = await follow(stack.ownerKey);
    const one = await tenant('One');
    await until('the first to be heard', () => (reader.heard.length > 0 ? true : undefined));
    reader.close();
    await reader.ended;
    const missed = await tenant('Missed');
    const again = await follow(stack.ownerKey, reader.heard.at(-1)?.id);
    const two = await tenant('Two');
    await until('what was missed and what came to be heard', () => (again.heard.length >= 2 ? true : undefined));
    again.close();
    expect([names(reader), names(again)]).toEqual([[one], [missed, two]]);
  });

  it('a stream of a key that is revoked ends, and hears nothing more (T22)', async () => {
    const { id, key } = await newKey({});
    const reader = await follow(key);
    expect((await stack.call('DELETE', `/v1/api-keys/${id}`)).status).toBe(200);
    await reader.ended;
    const heard = reader.heard.length;
    await tenant('Later');
    expect(reader.heard).toHaveLength(heard);
  });
});
