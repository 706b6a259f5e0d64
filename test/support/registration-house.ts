import { ApprovalRecords, Approvals, approvalsEntities } from '@registrar/approvals';
import type { EntityClass, UnitOfWork } from '@registrar/database';
import { ApplicationOverridesService, ApplicationRecords, applicationsEntities, ApplicationsService } from '@registrar/applications';
import { ConnectionsService, EhrPinning, EhrProber, EhrRecords, ehrsEntities, EhrsService, type Ehr } from '@registrar/ehrs';
import { KeyPool } from '@registrar/keys';
import { createOutbound } from '@registrar/outbound';
import {
  Batches,
  Completion,
  createEngine,
  Deregistrations,
  Doorbell,
  DueItems,
  Orphans,
  registrationsEntities,
  Registrations,
  Replacements,
  Suspensions,
  UnknownOutcomes,
  WorksheetReader,
  type Dispatcher,
  type PlanAccess,
} from '@registrar/registrations';
import { PolicyWindows, rotationEntities, RotationPlanner, schedulePromoted } from '@registrar/rotation';
import { StatementIssuer, StatementRecords, statementsEntities, StatementsService } from '@registrar/statements';
import { fhirServer, type FhirServer } from './fhir-server.js';
import { nounHouse, type NounHouse } from './noun-house.js';
import { until } from './part.js';

/** The services of libs/registrations on a real database, without HTTP; the engine runs only while `work` waits for it. */
export interface RegistrationHouse extends NounHouse {
  readonly scope: UnitOfWork;
  readonly applications: ApplicationsService;
  readonly connections: ConnectionsService;
  readonly registrations: Registrations;
  readonly batches: Batches;
  readonly completion: Completion;
  readonly unknown: UnknownOutcomes;
  readonly deregistrations: Deregistrations;
  readonly orphans: Orphans;
  readonly suspensions: Suspensions;
  readonly approvals: Approvals;
  readonly statements: StatementsService;
  readonly replacements: Replacements;
  readonly worksheets: WorksheetReader;
  readonly overrides: ApplicationOverridesService;
  /** What plans need to know of the outside. */
  readonly access: PlanAccess;
  readonly server: FhirServer;
  /** An EHR at that server, in the sandbox environment. */
  ehr(more?: object): Promise<Ehr>;
  /** A backend application. */
  application(clientMetadata?: object): Promise<string>;
  tenant(name: string): Promise<string>;
  /** A worker that goes on until it is drained. */
  engine(complain: (error: unknown) => void): Dispatcher;
  /** Lets a worker work until there is nothing to be done now. */
  work(): Promise<void>;
}

/** @param more entities of the library under test */
export async function registrationHouse(more: readonly EntityClass[] = []): Promise<RegistrationHouse> {
  const house = await nounHouse([
    ...ehrsEntities,
    ...applicationsEntities,
    ...registrationsEntities,
    ...rotationEntities,
    ...approvalsEntities,
    ...statementsEntities,
    ...more,
  ]);
  const { database, clock, vault, audit, events } = house;
  const outbound = createOutbound({ allow: ['127.0.0.1'] });
  const server = await fhirServer();
  const scope = await house.workspace();
  const records = { audit, events };
  const publicUrl = 'https://registrar.example';
  const ehrRecords = new EhrRecords(audit, events);
  const ehrs = new EhrsService(database, clock, new EhrProber(outbound), new EhrPinning(clock), ehrRecords);
  const applications = new ApplicationsService(database, clock, new ApplicationRecords(audit, events), { loopbackAllowed: true });
  const doorbell = new Doorbell(() => undefined);
  const access = { outbound, clock, vault, keys: new KeyPool(database, vault, clock), publicUrl, proofLadderMs: [0, 60_000] };
  const settings = { capacity: 8, renewMs: 10_000, lookAgainMs: 50 };
  const parts = { database, records, clock, vault, doorbell };
  const approvals = new Approvals(database, clock, new ApprovalRecords(audit, events), new DueItems(database, 'approval'));
  const replacements = new Replacements({ ...parts, access: { outbound, publicUrl }, approver: approvals });
  approvals.onApproved('reregistration', (tx, approval) => replacements.approved(tx, approval));
  approvals.onEnded('reregistration', (tx, approval) => replacements.notApproved(tx, approval));
  const engineOf = (complain: (error: unknown) => void): Dispatcher =>
    createEngine({
      database,
      records,
      clock,
      access,
      settings,
      complain: (_id, error) => {
        complain(error);
      },
      onPromoted: schedulePromoted,
      planners: (own) => [new RotationPlanner(own, database)],
      windows: new PolicyWindows(database, clock),
    });
  return {
    ...house,
    scope,
    server,
    applications,
    connections: new ConnectionsService(database, clock, ehrRecords),
    registrations: new Registrations(database, records, clock, { outbound, publicUrl }, doorbell),
    batches: new Batches(database, records, clock, { outbound, publicUrl }, doorbell),
    completion: new Completion(parts),
    unknown: new UnknownOutcomes(parts),
    deregistrations: new Deregistrations(database, records, clock, doorbell),
    orphans: new Orphans(database, records, clock),
    suspensions: new Suspensions(database, records, clock, doorbell),
    approvals,
    statements: new StatementsService({
      ...{ database, clock, vault, outbound },
      issuer: new StatementIssuer(database, clock, vault, publicUrl),
      records: new StatementRecords(audit, events),
    }),
    replacements,
    worksheets: new WorksheetReader(database),
    overrides: new ApplicationOverridesService(database, clock, new ApplicationRecords(audit, events), { loopbackAllowed: true }),
    access: { outbound, publicUrl },
    // Fast, unless a test says how fast.
    ehr: (more = {}) =>
      ehrs.create(scope, { name: 'EHR', environment: 'sandbox', fhirBaseUrl: server.base, limits: { perSecond: 1_000 }, ...more }),
    async application(clientMetadata = {}) {
      const made = await applications.create(scope, {
        name: 'Sync',
        kind: 'backend',
        clientMetadata: { client_name: 'Sync', ...clientMetadata },
        requiredScopes: ['system/Patient.rs'],
      });
      return made.id;
    },
    engine: engineOf,
    tenant: async (name) => (await house.tenants.create(scope, { name })).id,
    async work() {
      const complaints: unknown[] = [];
      const engine = engineOf((error) => complaints.push(error));
      engine.ring();
      await until('the work that is due', async () => {
        const [due] = await house.rows<{ n: number }>(
          `SELECT count(*)::int AS n FROM work_items WHERE kind = 'operation' AND (due_at <= clock_timestamp() OR lease_until > clock_timestamp())`,
        );
        if (due?.n === 0) return true;
        if (complaints.length > 0) throw complaints[0] instanceof Error ? complaints[0] : new Error(String(complaints[0]));
        engine.ring();
        return false;
      });
      await engine.drain();
    },
    async close() {
      await outbound.close();
      await server.close();
      await house.close();
    },
  };
}
