import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Problem } from '@registrar/problem';
import { Secret } from '@registrar/secret';
import { scrubbed } from './incident.js';
import { createJobs, defineJob, type Handlers } from './index.js';

const ring = defineJob({ name: 'test.ring', queue: 'test', payload: z.object({ id: z.uuid() }) });
const other = defineJob({
  name: 'test.other',
  queue: 'test',
  payload: z.strictObject({ ids: z.array(z.uuid()), by: z.uuid().optional() }),
});
const done = () => Promise.resolve();

describe('a declared job', () => {
  it('carries ids alone: anything else does not compile', () => {
    // @ts-expect-error a date is not an id, and not JSON
    expect(defineJob({ name: 'test.date', queue: 'test', payload: z.object({ at: z.date() }) })).toBeDefined();
    // @ts-expect-error a text could be a secret
    expect(defineJob({ name: 'test.text', queue: 'test', payload: z.object({ text: z.string() }) })).toBeDefined();
  });

  it('has a handler: a map without one does not compile', () => {
    const declared = [ring, other] as const;
    const whole: Handlers<typeof declared> = { 'test.ring': done, 'test.other': done };
    // @ts-expect-error test.other is missing
    const partial: Handlers<typeof declared> = { 'test.ring': done };
    expect(Object.keys(whole)).toEqual(declared.map((job) => job.name));
    expect(partial).not.toEqual(whole);
  });

  it('takes no name that BullMQ would refuse', () => {
    expect(() => defineJob({ name: 'a:b', queue: 'test', payload: z.object({}) })).toThrow('name');
  });
});

it('keeps of a failure its code alone (reliability.md §4)', () => {
  const problem = new Problem(
    'ehrs.unreachable',
    { kind: 'unavailable', title: 'Away', actor: 'nobody', label: 'Wait' },
    { detail: 'hunter2' },
  );
  expect(scrubbed(problem)).toMatchObject({ message: 'ehrs.unreachable', stack: 'ehrs.unreachable' });
  expect(scrubbed(new Error('hunter2'))).toMatchObject({ message: 'jobs.handler_failed', stack: 'jobs.handler_failed' });
});

it('runs on Redis where it is given, else in PostgreSQL, and on nothing else', () => {
  const url = Secret.of('postgres://nobody@127.0.0.1:1/none');
  expect(createJobs({ databaseUrl: url, connectionName: 'test' }).backend).toBe('postgres');
  expect(createJobs({ databaseUrl: url, redisUrl: Secret.of('redis://127.0.0.1:1'), connectionName: 'test' }).backend).toBe('redis');
  expect(() => createJobs({ connectionName: 'test' })).toThrow('DATABASE_URL');
});
