import { isDeepStrictEqual } from 'node:util';
import type { Environment } from '@registrar/database';
import { movedEndpoints, type Discovery, type Quirks } from '@registrar/dcr';
import type { AuthorizationServerRow } from './authorization-server.entity.js';
import type { EhrStatus, RegistrationMode } from './ehr.js';

/** The names by which a discovered server goes: its issuer where that is confirmed, then its token endpoint (D-42). */
export function identitiesOf(found: Discovery): string[] {
  const issuer = found.issuerConfirmed ? found.issuer : undefined;
  return [issuer, found.endpoints.token ?? found.endpoints.registration].filter((name) => name !== undefined);
}

/** What speaks against taking a discovery over: endpoints at another origin than the pinned ones, or another issuer. */
export function movedFrom(pinned: AuthorizationServerRow, found: Discovery): string[] {
  const moved = movedEndpoints(pinned.endpoints, found.endpoints);
  const otherIssuer = pinned.issuer !== null && pinned.issuerConfirmed && found.issuer !== undefined && found.issuer !== pinned.issuer;
  return otherIssuer ? ['issuer', ...moved] : moved;
}

/** The origin of the registration endpoint, if a person entered that very origin: only then may secrets go there unasked. */
export function enteredOrigin(found: Discovery, entered: readonly string[]): string[] {
  const endpoint = found.endpoints.registration;
  if (endpoint === undefined) return [];
  const { origin } = new URL(endpoint);
  return entered.some((url) => new URL(url).origin === origin) ? [origin] : [];
}

/** Takes what was found into the pinned row. @returns whether anything changed. */
export function takeOver(row: AuthorizationServerRow, found: Discovery, approved: readonly string[]): boolean {
  const before = pinnedPart(row);
  // Documents that nobody vouches for may add, but take nothing away from what other EHRs of the server rely on.
  row.endpoints = found.issuerConfirmed ? found.endpoints : { ...row.endpoints, ...found.endpoints };
  row.capabilities = { ...found.capabilities, dynamicRegistration: row.endpoints.registration !== undefined };
  row.issuer = found.issuer ?? row.issuer;
  row.issuerConfirmed = found.issuerConfirmed;
  row.approvedOrigins = [...new Set([...row.approvedOrigins, ...approved])];
  return !isDeepStrictEqual(before, pinnedPart(row));
}

function pinnedPart({ endpoints, capabilities, issuer, issuerConfirmed, approvedOrigins }: AuthorizationServerRow) {
  return { endpoints, capabilities, issuer, issuerConfirmed, approvedOrigins };
}

/** What an EHR is fit for, judged by what is pinned. Where a server names no registration endpoint, a person registers. */
export function fitness(pinned: AuthorizationServerRow, mode: RegistrationMode, quirks: Quirks): EhrStatus {
  const { token, registration } = pinned.endpoints;
  const byPerson = mode === 'portal' || (mode === 'auto' && quirks.registration === 'portal');
  return byPerson || token === undefined || registration === undefined ? 'manual_only' : 'ready';
}

/** A row for a server that was not there yet. */
export function newServer(at: {
  workspaceId: string;
  id: string;
  environment: Environment;
  identity: string;
  vendor: string;
  now: Date;
}): AuthorizationServerRow {
  return {
    workspaceId: at.workspaceId,
    id: at.id,
    environment: at.environment,
    identity: at.identity,
    issuer: null,
    issuerConfirmed: false,
    vendor: at.vendor,
    endpoints: {},
    capabilities: { dynamicRegistration: false },
    declaredQuirks: {},
    learnedQuirks: {},
    rotationsStoppedAt: null,
    rotationsResumedAt: null,
    proofControl: null,
    approvedOrigins: [],
    version: 1,
    createdAt: at.now,
    updatedAt: at.now,
  };
}
