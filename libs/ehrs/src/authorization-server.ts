import type { Environment } from '@registrar/database';
import { quirksFor, type Capabilities, type Endpoints, type Quirks } from '@registrar/dcr';
import type { AuthorizationServerRow } from './authorization-server.entity.js';

/** What guards EHRs: pinned endpoints, what it can do, how it differs. One for all EHRs of the same issuer and environment. */
export interface AuthorizationServer {
  readonly id: string;
  readonly environment: Environment;
  /** The confirmed issuer, or the token endpoint, or what an operator entered: what makes it one and the same server (D-42). */
  readonly identity: string;
  readonly issuer?: string;
  readonly issuerConfirmed: boolean;
  readonly vendor: string;
  /** Pinned: a discovery elsewhere does not change them until a person confirms. */
  readonly endpoints: Endpoints;
  readonly capabilities: Capabilities;
  /** Vendor's, then learned, then declared ones, merged. */
  readonly quirks: Quirks;
  /** What its answers taught, beside the vendor's profile. */
  readonly learnedQuirks: Partial<Quirks>;
  /** What an operator declared; it wins. */
  readonly declaredQuirks: Partial<Quirks>;
  /** Origins that initial access tokens and software statements may be sent to. */
  readonly approvedOrigins: readonly string[];
  /** What a wrong credential was answered here, e.g. `invalid_client`; absent: not tried yet. */
  readonly proofControl?: string;
  /** Since when no scheduled rotation starts here, because too many of the last ones failed. */
  readonly rotationsStoppedAt?: Date;
  readonly version: number;
}

type Columns = Omit<AuthorizationServerRow, 'workspaceId' | 'rotationsResumedAt' | 'createdAt' | 'updatedAt'>;

/** Reads a row; the three layers of quirks become one. */
export function presentServer(row: Columns): AuthorizationServer {
  return {
    id: row.id,
    environment: row.environment,
    identity: row.identity,
    ...(row.issuer === null ? {} : { issuer: row.issuer }),
    issuerConfirmed: row.issuerConfirmed,
    vendor: row.vendor,
    endpoints: row.endpoints,
    capabilities: row.capabilities,
    quirks: quirksFor(row.vendor, row.learnedQuirks, row.declaredQuirks),
    learnedQuirks: row.learnedQuirks,
    declaredQuirks: row.declaredQuirks,
    approvedOrigins: row.approvedOrigins,
    ...(row.proofControl === null ? {} : { proofControl: row.proofControl }),
    ...(row.rotationsStoppedAt === null ? {} : { rotationsStoppedAt: row.rotationsStoppedAt }),
    version: row.version,
  };
}
