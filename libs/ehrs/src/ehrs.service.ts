import { assertEnvironment } from '@registrar/access';
import type { Clock } from '@registrar/clock';
import { pageOf, type Database, type Page, type PageRequest, type Transaction, type UnitOfWork } from '@registrar/database';
import { newId } from '@registrar/vault';
import { serverRows } from './authorization-servers.repository.js';
import type { EhrPinning } from './ehr-pinning.js';
import { presentEhr } from './ehr-present.js';
import type { EhrProber } from './ehr-prober.js';
import { assertWritable } from './ehr-scope.js';
import type { EhrRow } from './ehr.entity.js';
import type { Ehr, EhrChange, EhrFilter, NewEhr } from './ehr.js';
import { ehrProblem } from './ehrs.problems.js';
import type { EhrRecords } from './ehrs.records.js';
import { ehrRows } from './ehrs.repository.js';
import { limitGates } from './upstream-gates.repository.js';

/** EHRs and what guards them. */
export class EhrsService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly prober: EhrProber,
    private readonly pinning: EhrPinning,
    private readonly records: EhrRecords,
  ) {}

  /**
   * Discovers first, outside any transaction, then stores the EHR with its authorization server and gates in one. An EHR
   * that could not be reached is stored too: its status and discovery say what is wrong, and discovering can be repeated.
   * @throws Problem ehrs.address_required | ehrs.address_refused | ehrs.tenant_not_found | ehrs.bound_key | access.environment_mismatch
   */
  async create(scope: UnitOfWork, input: NewEhr): Promise<Ehr> {
    assertWritable(scope);
    assertEnvironment(scope, input.environment);
    if (input.fhirBaseUrl === undefined && input.issuer === undefined && input.registrationMode !== 'portal')
      throw ehrProblem('ehrs.address_required');
    this.prober.check(input);
    const { tenantId } = input;
    if (tenantId !== undefined) await this.database.transaction(scope, (tx) => assertTenant(tx, tenantId));
    const found = await this.prober.discover(scope, input);
    const now = this.clock.now();
    const row: EhrRow = {
      workspaceId: scope.workspaceId,
      id: newId(),
      name: input.name,
      environment: input.environment,
      vendor: input.vendor ?? 'generic',
      fhirBaseUrl: input.fhirBaseUrl ?? null,
      issuer: input.issuer ?? null,
      tenantId: tenantId ?? null,
      authorizationServerId: null,
      registrationMode: input.registrationMode ?? 'auto',
      clientScope: input.clientScope ?? 'registration',
      limits: input.limits ?? {},
      discovery: found ?? null,
      discoveredAt: found ? now : null,
      status: 'unreachable',
      suspendedAt: null,
      transport: null,
      transportVersion: null,
      proposedTransport: null,
      version: 1,
      createdAt: now,
      updatedAt: now,
    };
    return this.database.transaction(scope, async (tx) => {
      const { server } = await this.pinning.take(tx, row, found, input.quirks);
      await ehrRows.insert(tx, row);
      if (server) await limitGates(tx, server.id);
      this.records.ehr(tx, 'ehr.create', row, { registration_mode: row.registrationMode });
      return presentEhr(row, server);
    });
  }

  /** @throws Problem ehrs.not_found | access.environment_mismatch */
  get(scope: UnitOfWork, id: string): Promise<Ehr> {
    return this.database.transaction(scope, async (tx) => {
      const row = found(await ehrRows.find(tx, id));
      assertEnvironment(scope, row.environment);
      return present(tx, row);
    });
  }

  /** A caller bound to an environment sees the EHRs of that one alone. @throws Problem access.environment_mismatch */
  async list(scope: UnitOfWork, filter: EhrFilter, request: PageRequest): Promise<Page<Ehr>> {
    if (filter.environment !== undefined) assertEnvironment(scope, filter.environment);
    return this.database.transaction(scope, async (tx) => {
      const rows = await ehrRows.page(tx, filter, request);
      const ids = rows.map((row) => row.authorizationServerId).filter((id) => id !== null);
      const servers = new Map((await serverRows.find(tx, ids)).map((server) => [server.id, server]));
      return pageOf(rows, request, (row) => presentEhr(row, servers.get(row.authorizationServerId ?? '')));
    });
  }

  /**
   * @param expected the version that the caller has seen; absent: any.
   * @throws Problem ehrs.not_found | ehrs.changed_meanwhile | ehrs.client_scope_in_use | ehrs.bound_key | access.environment_mismatch
   */
  async change(scope: UnitOfWork, id: string, change: EhrChange, expected?: number): Promise<Ehr> {
    assertWritable(scope);
    return this.database.transaction(scope, async (tx) => {
      const row = found(await ehrRows.lock(tx, id));
      assertEnvironment(scope, row.environment);
      if (expected !== undefined && expected !== row.version) throw ehrProblem('ehrs.changed_meanwhile');
      if (change.clientScope !== undefined && change.clientScope !== row.clientScope && (await ehrRows.hasRegistrations(tx, id)))
        throw ehrProblem('ehrs.client_scope_in_use');
      row.name = change.name ?? row.name;
      row.vendor = change.vendor ?? row.vendor;
      row.registrationMode = change.registrationMode ?? row.registrationMode;
      row.clientScope = change.clientScope ?? row.clientScope;
      row.limits = change.limits ?? row.limits;
      row.version += 1;
      row.updatedAt = this.clock.now();
      await this.pinning.redescribe(tx, row, change);
      await ehrRows.update(tx, row);
      if (row.authorizationServerId !== null) await limitGates(tx, row.authorizationServerId);
      this.records.ehr(tx, 'ehr.update', row, { members: membersOf(change), version: row.version });
      return present(tx, row);
    });
  }

  /** Removes an EHR that never had a registration. @throws Problem ehrs.not_found | ehrs.in_use | ehrs.bound_key | access.environment_mismatch */
  async remove(scope: UnitOfWork, id: string): Promise<void> {
    assertWritable(scope);
    return this.database.transaction(scope, async (tx) => {
      const row = found(await ehrRows.lock(tx, id));
      assertEnvironment(scope, row.environment);
      if (await ehrRows.hasRegistrations(tx, id)) throw ehrProblem('ehrs.in_use');
      await ehrRows.remove(tx, row);
      if (row.authorizationServerId !== null) await limitGates(tx, row.authorizationServerId);
      this.records.ehr(tx, 'ehr.delete', row);
    });
  }
}

/** @throws Problem ehrs.not_found */
export function found(row: EhrRow | null): EhrRow {
  if (!row) throw ehrProblem('ehrs.not_found');
  return row;
}

/** Reads the EHR together with its server. */
export async function present(tx: Transaction, row: EhrRow): Promise<Ehr> {
  const [server] = row.authorizationServerId === null ? [] : await serverRows.find(tx, [row.authorizationServerId]);
  return presentEhr(row, server);
}

async function assertTenant(tx: Transaction, tenantId: string): Promise<void> {
  if (!(await ehrRows.tenantExists(tx, tenantId))) throw ehrProblem('ehrs.tenant_not_found');
}

function membersOf(change: object): string[] {
  return Object.entries(change).flatMap(([name, value]) => (value === undefined ? [] : [name]));
}
