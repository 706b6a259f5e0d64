import type { z } from 'zod';

type Id = z.ZodUUID;
/** What may stand in a payload: ids. No text, no secret, no Date compiles, so a flushed or copied queue tells nobody anything. */
export type JobPayloadSchema = z.ZodObject<Record<string, Id | z.ZodOptional<Id> | z.ZodArray<Id>>, z.core.$ZodObjectConfig>;

/** A declared job. `queue` groups jobs that share workers. */
export interface Job<Name extends string = string, Schema extends JobPayloadSchema = JobPayloadSchema> {
  readonly name: Name;
  readonly queue: string;
  readonly payload: Schema;
}

export type PayloadOf<J extends Job> = z.output<J['payload']>;

/** One handler for each declared job: where one is missing, this does not compile. */
export type Handlers<List extends readonly Job[]> = {
  readonly [J in List[number] as J['name']]: (payload: PayloadOf<J>) => Promise<void>;
};

/** A job that recurs, at least `everyMs` milliseconds apart. Its payload is empty: it looks up what is due. */
export interface Schedule {
  readonly job: Job<string, z.ZodObject<Record<string, never>>>;
  readonly everyMs: number;
}

const NAME = /^[a-z][a-z0-9_.-]{0,99}$/;

/**
 * Declares a job next to its noun (`<noun>.jobs.ts`).
 * @throws Error at load time when a name is not lower-case words joined by `.`, `_` or `-`
 */
export function defineJob<const Name extends string, Schema extends JobPayloadSchema>(declaration: Job<Name, Schema>): Job<Name, Schema> {
  if (!NAME.test(declaration.name) || !NAME.test(declaration.queue)) throw new Error(`Not a job or queue name: ${declaration.name}`);
  return Object.freeze({ ...declaration });
}
