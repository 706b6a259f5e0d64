import type { Clock } from '@registrar/clock';
import { violatedConstraint, type Database, type Transaction, type UnitOfWork } from '@registrar/database';
import { readPrivateKey, type KeyPair, type PrivateKeyRefusal } from '@registrar/keys';
import { newId, type Sealer, type Vault } from '@registrar/vault';
import { connectPairs, pairKey } from './connect-pairs.js';
import { startOperations, type Records } from './create-registrations.js';
import { credentialOwner } from './credential-owner.js';
import type { Doorbell } from './doorbell.js';
import type { ImportAnswer, ImportRow } from './import.js';
import { answerOf, planImport, type PlannedImport, type ReadKeys } from './import-plan.js';
import { importedRows, type ImportedClient, type ImportedRows } from './import-rows.js';
import { insertImported, settleImported } from './import.repository.js';
import type { PlanAccess } from './plan.js';
import { present } from './present.js';
import { insertAttempts } from './write-attempts.js';
import { insertClients } from './write-clients.js';
import { holdKeySets, republishKeySets } from './write-key-sets.js';
import { insertCredentials, insertKeySets, insertSecrets } from './write-credentials.js';

const CHUNK = 250;
const TRIES = 3;

/** Takes in clients that were registered by hand. Nothing is sent for it but one proof each, and no client is interrupted. */
export class Imports {
  constructor(
    private readonly database: Database,
    private readonly records: Records,
    private readonly clock: Clock,
    private readonly vault: Vault,
    private readonly access: PlanAccess,
    private readonly doorbell: Doorbell,
  ) {}

  /** What an import would do; nothing is written. One answer for each row, in their order. */
  async plan(scope: UnitOfWork, rows: readonly ImportRow[]): Promise<ImportAnswer[]> {
    const keys = await readKeys(rows);
    const plan = await this.database.transaction(scope, (tx) => planImport(tx, rows, keys, this.access, this.clock.now()));
    return inOrder([...plan.answers, ...plan.ready.map((one) => ({ ...answerOf(one.row, 'planned', []), warnings: one.warnings }))]);
  }

  /**
   * Imports what can be imported and answers for each row. Rows are written some hundred at a time, each such part whole or
   * not at all: who was cut short sends the same portfolio again, and what is there already is only listed.
   */
  async run(scope: UnitOfWork, rows: readonly ImportRow[]): Promise<ImportAnswer[]> {
    const keys = await readKeys(rows);
    // Judged whole first, so that rows which repeat each other are seen wherever they stand.
    const whole = await this.database.transaction(scope, (tx) => planImport(tx, rows, keys, this.access, this.clock.now()));
    const sealers = await this.#sealers(scope, whole.ready);
    const answers = [...whole.answers];
    for (let from = 0; from < whole.ready.length; from += CHUNK) {
      const chunk = whole.ready.slice(from, from + CHUNK).map(({ row }) => row);
      answers.push(...(await this.#chunk(scope, chunk, keys, sealers)));
    }
    return inOrder(answers);
  }

  async #chunk(scope: UnitOfWork, rows: readonly ImportRow[], keys: ReadKeys, sealers: Sealers): Promise<ImportAnswer[]> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.database.transaction(scope, (tx) => this.#write(tx, rows, keys, sealers));
      } catch (error) {
        // Somebody registered or imported one of them in between: the next look finds it there.
        const met = ['registrations_one', 'clients_identity'].includes(violatedConstraint(error) ?? '');
        if (!met || tries === TRIES) throw error;
      }
    }
  }

  async #write(tx: Transaction, rows: readonly ImportRow[], keys: ReadKeys, sealers: Sealers): Promise<ImportAnswer[]> {
    const now = this.clock.now();
    const { ready, answers } = await planImport(tx, rows, keys, this.access, now);
    const connecting = { records: this.records, now };
    const connected = await connectPairs(
      tx,
      ready.map(({ planned }) => planned.pair),
      connecting,
    );
    const shared = new Map<string, ImportedClient>();
    const imported = ready.map((one) => {
      const key = `${one.planned.upstream.server?.id ?? ''} ${one.row.clientId}`;
      const client = shared.get(key) ?? clientOf(one);
      const sealer = sealers.get(sealerKey(one)) as Sealer;
      const rows = importedRows(tx.scope.workspaceId, one, client, sealer, this.access.publicUrl);
      shared.set(key, { ...client, isNew: false, ...present('keySetId', client.keySetId ?? rows.credentials?.[0]?.keySetId) });
      return { one, rows };
    });
    await holdKeySets(
      tx,
      ready.flatMap(({ sharedKeySetId }) => sharedKeySetId ?? []),
    );
    await writeRows(
      tx,
      imported.map(({ rows: made }) => made),
      imported.map(({ one, rows: made }) => registrationOf(one, made, connected.get(pairKey(one.planned.pair)) ?? '', now)),
      now,
    );
    await startOperations(
      tx,
      imported.map(({ one, rows: made }) => ({
        id: made.operationId,
        registrationId: made.registrationId,
        tenantId: made.tenantId,
        kind: 'verify' as const,
        authorizationServerId: one.planned.upstream.server?.id ?? '',
      })),
      now,
    );
    await insertAttempts(
      tx,
      imported.map(({ rows: made }) => made),
      now,
    );
    await settleImported(
      tx,
      imported.map(({ one, rows: made }) => ({
        attemptId: made.newAttempt?.id ?? '',
        clientId: one.row.clientId,
        evidence: { owner: one.row.owner ?? null, shown: one.row.evidence ?? null },
      })),
      now,
    );
    for (const { one, rows: made } of imported) this.#remember(tx, one, made);
    this.doorbell.ringAfter(tx);
    const created = imported.map(({ one, rows: { registrationId } }) => ({
      ...answerOf(one.row, 'created', []),
      registrationId,
      warnings: one.warnings,
    }));
    return [...answers, ...created];
  }

  #remember(tx: Transaction, { row }: PlannedImport, { registrationId, tenantId, operationId, newAttempt }: ImportedRows): void {
    const subject = { type: 'registration', id: registrationId } as const;
    const detail = { client_id: row.clientId, attempt_id: newAttempt?.id, owner: row.owner ?? null, evidence: row.evidence ?? null };
    this.records.audit.append(tx, { action: 'registration.import', subject, tenantId, detail });
    this.records.events.append(tx, { type: 'registration.verifying', subject, tenantId, data: { operation_id: operationId } });
  }

  /** The keys to seal with are fetched before any transaction begins. */
  async #sealers(scope: UnitOfWork, ready: readonly PlannedImport[]): Promise<Sealers> {
    const owners = new Map(ready.map((one) => [sealerKey(one), one]));
    const entries = await Promise.all(
      [...owners].map(async ([key, { planned }]) => {
        const owner = { workspaceId: scope.workspaceId, tenantId: planned.pair.tenantId };
        return [key, await this.vault.prepare(credentialOwner(owner, { scope: planned.upstream.clientScope }))] as const;
      }),
    );
    return new Map(entries);
  }
}

function clientOf({ sharedClientId, sharedKeySetId }: PlannedImport): ImportedClient {
  return { id: sharedClientId ?? newId(), isNew: sharedClientId === undefined, ...present('keySetId', sharedKeySetId) };
}

type Sealers = ReadonlyMap<string, Sealer>;

function sealerKey({ planned }: PlannedImport): string {
  return planned.upstream.clientScope === 'application' ? 'workspace' : planned.pair.tenantId;
}

async function writeRows(
  tx: Transaction,
  imported: readonly ImportedRows[],
  registrations: Parameters<typeof insertImported>[1],
  now: Date,
): Promise<void> {
  await insertKeySets(tx, imported, now);
  // The plan was made in this transaction: whoever came between makes the registrations' index refuse, and it is planned anew.
  await insertClients(tx, imported, now, '');
  await insertImported(tx, registrations);
  await insertCredentials(tx, imported, now);
  await insertSecrets(tx, imported, now);
  await republishKeySets(
    tx,
    imported.flatMap(({ credentials = [] }) => credentials.flatMap(({ keySetId }) => keySetId ?? [])),
    now,
  );
}

function registrationOf(one: PlannedImport, made: ImportedRows, connectionId: string, now: Date) {
  return {
    workspace_id: made.workspaceId,
    id: made.registrationId,
    tenant_id: made.tenantId,
    connection_id: connectionId,
    ehr_id: one.planned.pair.ehrId,
    application_id: one.row.applicationId,
    revision: one.planned.revision,
    environment: one.row.environment,
    strategy: one.planned.strategy,
    status: 'verifying',
    client_id: made.clientRowId,
    manageable: made.manageable,
    created_at: now,
    updated_at: now,
  };
}

async function readKeys(rows: readonly ImportRow[]): Promise<ReadKeys> {
  const keys = new Map<number, KeyPair | PrivateKeyRefusal>();
  for (const { index, privateKey, signingAlg, kid } of rows) {
    if (!privateKey) continue;
    const wanted = { ...(signingAlg ? { alg: signingAlg } : {}), ...(kid === undefined ? {} : { kid }) };
    keys.set(index, await readPrivateKey(privateKey, wanted));
  }
  return keys;
}

function inOrder(answers: readonly ImportAnswer[]): ImportAnswer[] {
  return [...answers].sort((a, b) => a.index - b.index);
}
