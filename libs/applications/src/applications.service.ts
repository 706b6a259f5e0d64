import type { Clock } from '@registrar/clock';
import { type Database, pageOf, type Page, type PageRequest, type Transaction, type UnitOfWork } from '@registrar/database';
import type { ApplicationKind } from '@registrar/dcr';
import { newId } from '@registrar/vault';
import type { ApplicationRevisionRow } from './application-revision.entity.js';
import { checkTemplate, type Template } from './application-template.js';
import type { ApplicationRow } from './application.entity.js';
import type { Application, ApplicationChange, NewApplication } from './application.js';
import type { ApplicationRules } from './application-rules.js';
import { applicationProblem } from './applications.problems.js';
import type { ApplicationRecords } from './applications.records.js';
import { applicationRows } from './applications.repository.js';

/** What products register: templates with immutable revisions. */
export class ApplicationsService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly records: ApplicationRecords,
    private readonly rules: ApplicationRules,
  ) {}

  /** Makes an application with revision 1. @throws Problem applications.metadata_malformed | applications.metadata_refused | applications.bound_key */
  async create(scope: UnitOfWork, input: NewApplication): Promise<Application> {
    if (scope.tenantIds !== undefined || scope.applicationId !== undefined) throw applicationProblem('applications.bound_key');
    const template = checkTemplate(
      {
        clientMetadata: input.clientMetadata,
        requiredScopes: input.requiredScopes ?? [],
        optionalScopes: input.optionalScopes ?? [],
        launchUrl: input.launchUrl ?? null,
      },
      this.rules.loopbackAllowed,
    );
    const now = this.clock.now();
    const row: ApplicationRow = {
      workspaceId: scope.workspaceId,
      id: newId(),
      name: input.name,
      kind: input.kind,
      currentRevision: 1,
      suspendedAt: null,
      version: 1,
      createdAt: now,
      updatedAt: now,
    };
    return this.database.transaction(scope, async (tx) => {
      await applicationRows.insert(tx, row);
      const revision = await this.#revise(tx, row, template);
      this.records.created(tx, row);
      return present(row, revision);
    });
  }

  /** @throws Problem applications.not_found */
  get(scope: UnitOfWork, id: string): Promise<Application> {
    return this.database.transaction(scope, async (tx) => this.#present(tx, found(await applicationRows.find(tx, id))));
  }

  list(scope: UnitOfWork, filter: { readonly kind?: ApplicationKind | undefined }, request: PageRequest): Promise<Page<Application>> {
    return this.database.transaction(scope, async (tx) => {
      const rows = await applicationRows.page(tx, filter, request);
      const revisions = await applicationRows.currentRevisions(tx, rows);
      return pageOf(rows, request, (row) => present(row, revisions.get(row.id)));
    });
  }

  /**
   * Changes the name, or makes the next revision of the template: members that are left out are taken over from the current one,
   * `clientMetadata` is replaced as a whole. Registrations stay on the revision that they were made with.
   * @param expected the version that the caller has seen; absent: any.
   * @throws Problem applications.not_found | applications.changed_meanwhile | applications.metadata_malformed | applications.metadata_refused
   */
  async change(scope: UnitOfWork, id: string, change: ApplicationChange, expected?: number): Promise<Application> {
    if (scope.tenantIds !== undefined) throw applicationProblem('applications.bound_key');
    return this.database.transaction(scope, async (tx) => {
      const row = found(await applicationRows.lock(tx, id));
      if (expected !== undefined && expected !== row.version) throw applicationProblem('applications.changed_meanwhile');
      const before = (await applicationRows.currentRevisions(tx, [row])).get(id);
      const { name, ...template } = change;
      row.name = name ?? row.name;
      row.version += 1;
      row.updatedAt = this.clock.now();
      const revises = Object.values(template).some((value) => value !== undefined);
      const revision = revises && before ? await this.#nextRevision(tx, row, before, template) : before;
      await applicationRows.update(tx, row);
      this.records.changed(tx, row, membersOf(change));
      return present(row, revision);
    });
  }

  async #nextRevision(tx: Transaction, row: ApplicationRow, before: ApplicationRevisionRow, change: ApplicationChange) {
    const template = checkTemplate(
      {
        clientMetadata: change.clientMetadata ?? before.clientMetadata,
        requiredScopes: change.requiredScopes ?? before.requiredScopes,
        optionalScopes: change.optionalScopes ?? before.optionalScopes,
        launchUrl: change.launchUrl === undefined ? before.launchUrl : change.launchUrl,
      },
      this.rules.loopbackAllowed,
    );
    row.currentRevision += 1;
    return this.#revise(tx, row, template);
  }

  async #revise(tx: Transaction, row: ApplicationRow, template: Template): Promise<ApplicationRevisionRow> {
    const revision: ApplicationRevisionRow = {
      workspaceId: row.workspaceId,
      applicationId: row.id,
      number: row.currentRevision,
      id: newId(),
      clientMetadata: template.clientMetadata,
      requiredScopes: [...template.requiredScopes],
      optionalScopes: [...template.optionalScopes],
      launchUrl: template.launchUrl,
      createdAt: row.updatedAt,
    };
    await applicationRows.insertRevision(tx, revision);
    return revision;
  }

  async #present(tx: Transaction, row: ApplicationRow): Promise<Application> {
    return present(row, (await applicationRows.currentRevisions(tx, [row])).get(row.id));
  }
}

/** @throws Problem applications.not_found */
export function found(row: ApplicationRow | null): ApplicationRow {
  if (!row) throw applicationProblem('applications.not_found');
  return row;
}

export function present(row: ApplicationRow, revision: ApplicationRevisionRow | undefined): Application {
  if (!revision) throw new Error('An application always has its current revision');
  return {
    id: row.id,
    name: row.name,
    kind: row.kind,
    revision: {
      id: revision.id,
      number: revision.number,
      clientMetadata: revision.clientMetadata,
      requiredScopes: revision.requiredScopes,
      optionalScopes: revision.optionalScopes,
      ...(revision.launchUrl === null ? {} : { launchUrl: revision.launchUrl }),
      createdAt: revision.createdAt,
    },
    ...(row.suspendedAt ? { suspendedAt: row.suspendedAt } : {}),
    version: row.version,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  };
}

function membersOf(change: object): string[] {
  return Object.entries(change).flatMap(([name, value]) => (value === undefined ? [] : [name]));
}
