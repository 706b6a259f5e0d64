import { parsePublicId, type IdPrefix } from '@registrar/database';
import { z } from 'zod';

/** A public id of that noun, read into its uuid. In a path, an id that cannot be one is not found. */
export const idOf = (prefix: IdPrefix) =>
  z
    .string()
    .regex(new RegExp(`^${prefix}_[0-7][0-9a-hjkmnp-tv-z]{25}$`), `an id that starts with ${prefix}_`)
    .transform((id) => parsePublicId(prefix, id) ?? '');

/** A public id as it is answered. */
export const shownId = (prefix: IdPrefix) => z.string().describe(`Id: ${prefix}_ and 26 characters`);

/** A moment, RFC 3339 with a zone, read into a Date. */
export const moment = () =>
  z.iso.datetime({ offset: true, error: 'a moment as in 2026-01-31T12:00:00Z' }).transform((text) => new Date(text));

/** A moment as it is answered: RFC 3339 in UTC. */
export const shownMoment = () => z.string().describe('RFC 3339, UTC');
