import type { Clock } from '@registrar/clock';
import {
  pageOf,
  publicId,
  violatedConstraint,
  type Database,
  type Environment,
  type Page,
  type PageRequest,
  type Transaction,
  type UnitOfWork,
} from '@registrar/database';
import { upstreamsFor } from '@registrar/ehrs';
import { faultPoint } from '@registrar/faults';
import { newId } from '@registrar/vault';
import { createRegistrations, startOperations, type CreatedRegistration, type Records } from './create-registrations.js';
import type { Doorbell } from './doorbell.js';
import { allows, type MovingEvent, type RegistrationAction } from './lifecycle.js';
import type { OperationKind } from './operation-status.js';
import type { OperationView } from './operation-view.js';
import { checkOverride } from './override-metadata.js';
import { connectionOf, type ConnectionWanted } from './pair-of.js';
import { planPairs, sendable, type PlannedPair } from './plan.js';
import type { RegistrationView } from './registration-view.js';
import { registrationProblem } from './registrations.problems.js';
import { findOperations, findRegistrations, type OperationFilter, type RegistrationFilter } from './registrations.repository.js';
import { beginOperation } from './start-operation.js';
import { moveRegistration } from './move-registration.js';
import { useNewestRevision } from './newest-revision.js';
import type { PlanAccess } from './plan.js';
import { letGoOfClient, needsSomebodyElse, type Confirmation } from './reregister.js';
import { updateProblem } from './updates.problems.js';
import { strategyFor } from './upstream-of.js';

/** What to register: a connection or a pair, an application, and this registration's own overrides. */
export interface NewRegistration {
  readonly connection: ConnectionWanted;
  readonly applicationId: string;
  /** As the caller wrote it; checked here. */
  readonly clientMetadata?: unknown;
}

/** For whom something that was waited for is good: one environment of a server, and one hospital where it names one. */
export interface Supplied {
  readonly authorizationServerId: string;
  readonly environment: Environment;
  readonly tenantId?: string;
  /** The only application that it is for. */
  readonly applicationId?: string;
}

/** What a verb starts, and what comes before it in the same transaction. */
interface Chosen {
  readonly kind: OperationKind;
  readonly event: MovingEvent;
  readonly first?: (tx: Transaction) => Promise<void>;
}

/** What people and programs ask of registrations. Every method is one transaction in the caller's scope. */
export class Registrations {
  constructor(
    private readonly database: Database,
    private readonly records: Records,
    private readonly clock: Clock,
    private readonly access: PlanAccess,
    private readonly doorbell: Doorbell,
  ) {}

  /** What registering would send, with the origin of each member and the findings; nothing is written. */
  dryRun(scope: UnitOfWork, wanted: NewRegistration): Promise<PlannedPair> {
    return this.database.transaction(scope, (tx) => this.#plan(tx, wanted, 'look'));
  }

  /**
   * Writes the registration and its operation; a worker takes it up.
   * @throws Problem registrations.already_exists (with existing_id) | registrations.metadata_refused (with findings) | *.not_found
   */
  async create(scope: UnitOfWork, wanted: NewRegistration): Promise<RegistrationView> {
    for (let tries = 1; ; tries += 1) {
      try {
        const made = await this.database.transaction(scope, async (tx) => {
          const planned = await this.#plan(tx, wanted, 'connect');
          refuse(planned);
          const [created] = await createRegistrations(
            tx,
            wanted.applicationId,
            [planned],
            this.records,
            this.clock.now(),
            this.access.quota,
          );
          this.doorbell.ringAfter(tx);
          return await this.#view(tx, (created as CreatedRegistration).registrationId);
        });
        await faultPoint('R0');
        return made;
      } catch (error) {
        // Two at once: the index lets one through; the other looks again, and is told like anybody who comes later.
        if (violatedConstraint(error) !== 'registrations_one' || tries > 1) throw error;
      }
    }
  }

  get(scope: UnitOfWork, id: string): Promise<RegistrationView> {
    return this.database.transaction(scope, (tx) => this.#view(tx, id));
  }

  list(scope: UnitOfWork, filter: RegistrationFilter, page: PageRequest): Promise<Page<RegistrationView>> {
    return this.database.transaction(scope, async (tx) =>
      pageOf(await findRegistrations(tx, filter, page.limit + 1, page.after), page, (row) => row),
    );
  }

  /** @throws Problem operations.not_found */
  async operation(scope: UnitOfWork, id: string): Promise<OperationView> {
    const [found] = await this.database.transaction(scope, (tx) => findOperations(tx, { id }, 1));
    if (!found) throw registrationProblem('operations.not_found');
    return found;
  }

  operations(scope: UnitOfWork, filter: OperationFilter, page: PageRequest): Promise<Page<OperationView>> {
    return this.database.transaction(scope, async (tx) =>
      pageOf(await findOperations(tx, filter, page.limit + 1, page.after), page, (row) => row),
    );
  }

  /**
   * Goes on after a refusal, a person's action or a failed credential: without a client it registers again, with the
   * application's newest revision; with one it proves that client again. What is unknown is never sent again here. In place
   * of a client whose credential is dead another is registered only on a named person's word; in production, and where the hospital
   * removed it, on somebody else's (see `Replacements`).
   * @throws Problem registrations.confirmation_needed | registrations.replacement_needed
   */
  retry(scope: UnitOfWork, id: string, word: Confirmation = { confirm: false }): Promise<RegistrationView> {
    return this.#start(scope, id, (view) => {
      if (view.status === 'outcome_unknown') throw registrationProblem('registrations.outcome_unknown_first');
      const anew = view.status === 'revoked_by_ehr' || (view.status === 'credential_failed' && word.confirm);
      if (anew && needsSomebodyElse(view)) throw updateProblem('registrations.replacement_needed');
      if (anew)
        return { kind: 'register', event: 'ask_again', first: (tx) => letGoOfClient(tx, view, word, this.records, this.clock.now()) };
      return view.clientId === null ? { kind: 'register', event: 'ask_again' } : { kind: 'verify', event: 'verify' };
    });
  }

  /** Reads the client at the EHR, or the scope of a token where a read would change it, and compares (J-09). */
  sync(scope: UnitOfWork, id: string): Promise<RegistrationView> {
    return this.database.transaction(scope, async (tx) => {
      const view = await this.#view(tx, id);
      if (view.clientId === null || view.status !== 'active') throw registrationProblem('registrations.not_active');
      await beginOperation(tx, { registrationId: id, kind: 'sync' }, this.clock.now());
      this.doorbell.ringAfter(tx);
      return this.#view(tx, id);
    });
  }

  /** Proves the credential again. */
  verify(scope: UnitOfWork, id: string): Promise<RegistrationView> {
    return this.#start(scope, id, () => ({ kind: 'verify', event: 'verify' }));
  }

  /** Changes the registration's own overrides, while nothing is registered yet; they are sent by the next retry. */
  async change(scope: UnitOfWork, id: string, written: unknown, ifVersion?: number): Promise<RegistrationView> {
    const clientMetadata = checkOverride(written);
    return this.database.transaction(scope, async (tx) => {
      const view = await this.#view(tx, id);
      if (ifVersion !== undefined && ifVersion !== view.version) throw registrationProblem('registrations.stale');
      if (!['rejected', 'action_required'].includes(view.status) || view.clientId !== null)
        throw registrationProblem('registrations.not_possible_now', { detail: `The registration is ${view.status}.` });
      const changed = await tx.query(
        'UPDATE registrations SET client_metadata = $2::jsonb, version = version + 1, updated_at = $3 WHERE id = $1 AND version = $4 RETURNING id',
        [id, JSON.stringify(clientMetadata), this.clock.now(), view.version],
      );
      if (changed.length === 0) throw registrationProblem('registrations.stale');
      const subject = { type: 'registration', id } as const;
      this.records.audit.append(tx, {
        action: 'registration.update',
        subject,
        tenantId: view.tenantId,
        detail: { members: Object.keys(clientMetadata) },
      });
      this.records.events.append(tx, { type: 'registration.updated', subject, tenantId: view.tenantId });
      return this.#view(tx, id);
    });
  }

  /** Takes up again whatever waits for this action and can use what was supplied; called where that arrives. @returns how many. */
  async resumeWaiting(tx: Transaction, action: RegistrationAction, supplied: Supplied): Promise<number> {
    const { authorizationServerId, environment, tenantId, applicationId } = supplied;
    const rows = await tx.query<{ id: string; tenant_id: string }>(
      `SELECT r.id, r.tenant_id FROM registrations r JOIN ehrs e ON e.workspace_id = r.workspace_id AND e.id = r.ehr_id
        WHERE r.status = 'action_required' AND r.action = $1 AND e.authorization_server_id = $2
          AND r.environment = $3 AND ($4::uuid IS NULL OR r.tenant_id = $4)
          AND ($5::uuid IS NULL OR r.application_id = $5) ORDER BY r.id FOR UPDATE OF r`,
      [action, authorizationServerId, environment, tenantId ?? null, applicationId ?? null],
    );
    const operations = rows.map((row) => ({
      id: newId(),
      registrationId: row.id,
      tenantId: row.tenant_id,
      kind: 'register' as const,
      authorizationServerId,
    }));
    for (const row of rows) await moveRegistration(tx, row.id, row.tenant_id, 'ask_again', this.records, this.clock.now());
    await startOperations(tx, operations, this.clock.now());
    this.doorbell.ringAfter(tx);
    return rows.length;
  }

  async #start(scope: UnitOfWork, id: string, choose: (view: RegistrationView) => Chosen): Promise<RegistrationView> {
    try {
      return await this.database.transaction(scope, async (tx) => {
        const view = await this.#view(tx, id);
        const { kind, event, first } = choose(view);
        if (!allows(event, view.status))
          throw registrationProblem('registrations.not_possible_now', { detail: `The registration is ${view.status}.` });
        if (kind === 'verify' && view.clientId === null) throw registrationProblem('registrations.not_active');
        await first?.(tx);
        if (kind === 'register') await useNewestRevision(tx, id);
        if (kind === 'register' && view.status === 'rejected') await chooseStrategy(tx, view);
        // What is active stays usable while it is verified: only the operation shows that something is going on.
        if (view.status !== 'active') await moveRegistration(tx, id, view.tenantId, event, this.records, this.clock.now());
        const server = await serverOf(tx, view.ehrId);
        await startOperations(tx, [{ id: newId(), registrationId: id, tenantId: view.tenantId, kind, ...server }], this.clock.now());
        this.doorbell.ringAfter(tx);
        return await this.#view(tx, id);
      });
    } catch (error) {
      if (violatedConstraint(error) === 'operations_one_open') throw registrationProblem('registrations.operation_running');
      throw error;
    }
  }

  async #plan(tx: Transaction, wanted: NewRegistration, how: 'look' | 'connect'): Promise<PlannedPair> {
    const pair = await connectionOf(
      tx,
      wanted.connection,
      how === 'connect' ? { records: this.records, now: this.clock.now() } : undefined,
    );
    const [planned] = await planPairs(
      tx,
      wanted.applicationId,
      [{ ...pair, ...(wanted.clientMetadata === undefined ? {} : { clientMetadata: checkOverride(wanted.clientMetadata) }) }],
      this.access,
      this.clock.now(),
    );
    if (!planned) throw registrationProblem('registrations.connection_not_found');
    return planned;
  }

  async #view(tx: Transaction, id: string): Promise<RegistrationView> {
    const [view] = await findRegistrations(tx, { ids: [id] }, 1);
    if (!view) throw registrationProblem('registrations.not_found');
    return view;
  }
}

function refuse(planned: PlannedPair): void {
  if (planned.existingId !== undefined)
    throw registrationProblem('registrations.already_exists', { extra: { existing_id: publicId('reg', planned.existingId) } });
  if (planned.strategy === 'udap' || planned.strategy === 'cimd')
    throw registrationProblem('registrations.strategy_not_built', { detail: `The EHR's registration mode is ${planned.strategy}.` });
  if (!sendable(planned)) throw registrationProblem('registrations.metadata_refused', { extra: { findings: planned.effective.findings } });
}

async function serverOf(tx: Transaction, ehrId: string): Promise<{ authorizationServerId?: string }> {
  const [row] = await tx.query<{ id: string | null }>('SELECT authorization_server_id AS id FROM ehrs WHERE id = $1', [ehrId]);
  return row?.id ? { authorizationServerId: row.id } : {};
}

/** What was refused may go another way by now: the EHR has been discovered since, or its mode was changed. */
async function chooseStrategy(tx: Transaction, { id, ehrId }: RegistrationView): Promise<void> {
  const upstream = (await upstreamsFor(tx, [ehrId])).get(ehrId);
  const strategy = upstream && strategyFor(upstream);
  if (strategy === 'udap' || strategy === 'cimd')
    throw registrationProblem('registrations.strategy_not_built', { detail: `The EHR's registration mode is ${strategy}.` });
  if (strategy) await tx.query('UPDATE registrations SET strategy = $2 WHERE id = $1', [id, strategy]);
}
