import { z } from 'zod';

/** The members of every list's query. Filters are added with `pageQuery.extend({...})`. */
export const pageQuery = z.strictObject({
  limit: z
    .string()
    .regex(/^\d{1,3}$/, 'a whole number from 1 to 200')
    .transform(Number)
    .refine((limit) => limit >= 1 && limit <= 200, 'a whole number from 1 to 200')
    .default(50),
  cursor: z.string().min(1).max(200).optional(),
});
export interface PageQuery {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** The same for a list that is part of an answer: longer parts, for whoever reads it has asked for the whole. */
export const partQuery = pageQuery.extend({ limit: pageQuery.shape.limit.unwrap().default(200) });

/** The answer of a list of these. */
export const listOf = <Item extends z.ZodType>(item: Item) =>
  z.object({ data: z.array(item), next_cursor: z.string().nullable().describe('Give it as cursor for the next part; null at the end') });
