import type { Clock } from '@registrar/clock';
import type { Database } from '@registrar/database';
import { resealAll, rewrapAll, succeedOld, Upkeep, type KekRing, type Vault } from '@registrar/vault';
import type { Logger } from 'pino';
import { failureOf } from './logger.js';
import { SEALED_PLACES } from './sealed-places.js';

interface Parts {
  readonly database: Database;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly kek: KekRing;
  readonly logger: Logger;
  /** After how many days a data key gets a successor. */
  readonly days: number;
}

/** Wraps data keys by the current key-encryption key, gives old ones their successor, and seals values by the current data key, beside everything else. */
export function keyringUpkeep({ database, vault, clock, kek, logger, days }: Parts): Upkeep[] {
  const again = (what: string) => (error: unknown) => {
    logger.error({ failure: failureOf(error) }, `${what} will be looked at again`);
  };
  return [
    new Upkeep(async (signal) => {
      const keys = await rewrapAll(database, kek, signal);
      if (keys > 0) logger.info({ keys }, 'keys were wrapped by the current key-encryption key');
    }, again('wrapped keys')),
    new Upkeep(async (signal) => {
      const keys = await succeedOld({ database, vault, clock, days }, signal);
      if (keys > 0) logger.info({ keys }, 'data keys got a successor by their age');
    }, again('old data keys')),
    new Upkeep(async (signal) => {
      const { values, retired } = await resealAll({ database, vault, clock, places: SEALED_PLACES }, signal);
      if (values + retired > 0) logger.info({ values, retired }, 'values were sealed by the next data key');
    }, again('sealed values')),
  ];
}
