import type { Environment } from '@registrar/database';
import type { Role } from './role.js';

/** A key as it may be shown: never the key itself. */
export interface ApiKey {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly tenantIds?: readonly string[];
  readonly applicationId?: string;
  readonly environment?: Environment;
  /** Addresses and CIDRs that it is good from. */
  readonly addresses?: readonly string[];
  readonly lastFour: string;
  readonly createdAt: Date;
  readonly expiresAt?: Date;
  /** To the minute. */
  readonly lastUsedAt?: Date;
  readonly revokedAt?: Date;
}

export interface NewApiKey {
  readonly name: string;
  readonly role: Role;
  readonly tenantIds?: readonly string[] | undefined;
  readonly applicationId?: string | undefined;
  readonly environment?: Environment | undefined;
  readonly addresses?: readonly string[] | undefined;
  readonly expiresAt?: Date | undefined;
}
