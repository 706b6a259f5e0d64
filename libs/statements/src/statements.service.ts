import type { Clock } from '@registrar/clock';
import { pageOf, publicId, type Database, type Page, type PageRequest, type Transaction, type UnitOfWork } from '@registrar/database';
import { claimsBeyond, negotiateSigningAlg, signSoftwareStatement, type SoftwareStatement } from '@registrar/dcr';
import { armExpiry, disarmExpiry } from '@registrar/ehrs';
import type { Outbound } from '@registrar/outbound';
import type { Secret } from '@registrar/secret';
import { digestText, newId, storeSecrets, type Vault } from '@registrar/vault';
import { examineStatement, refusedStatement } from './examine-statement.js';
import { presentStatement } from './present-statement.js';
import type { SoftwareStatementRow } from './software-statement.entity.js';
import type { StatementIssuer } from './statement-issuer.js';
import { documentAt, limitsAt } from './statement-limits.js';
import { targetOf, upstreamAt, type StatementTarget } from './statement-target.js';
import { statementProblem } from './statements.problems.js';
import type { StatementRecords } from './statements.records.js';
import { statementRows } from './statements.repository.js';
import { SOFTWARE_STATEMENT, SOFTWARE_STATEMENT_VERSION, type StatementOrigin, type StoredStatement } from './stored-statement.js';

const DAY_MS = 86_400_000;
const LIFETIME_DAYS = 365;

/** A statement that somebody else made. */
export interface UploadedStatement {
  readonly value: Secret;
  /** Where its issuer's keys are; left out, the issuer's own metadata is asked. */
  readonly jwksUri?: string | undefined;
  /** Left out: the application whose software id it names. */
  readonly applicationId?: string | undefined;
  readonly tenantId?: string | undefined;
}

/** A statement that Registrar is to sign. */
export interface IssuedStatement {
  readonly applicationId: string;
  readonly tenantId?: string | undefined;
  /** 365 days from now unless told. */
  readonly expiresAt?: Date | undefined;
}

/** What waits for a statement hears of a new one in the same transaction. */
export type StatementSupplied = (tx: Transaction, statement: StoredStatement) => Promise<void>;

/** What the services of this noun stand on. */
export interface StatementParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly vault: Vault;
  readonly outbound: Outbound;
  readonly issuer: StatementIssuer;
  readonly records: StatementRecords;
}

/** What says to servers what applications are (RFC 7591 section 2.3). Texts are sealed when they come in, and never read back. */
export class StatementsService {
  readonly #supplied: StatementSupplied[] = [];

  constructor(private readonly parts: StatementParts) {}

  /** Registers what happens, in the same transaction, when a statement was added. */
  onSupplied(hook: StatementSupplied): void {
    this.#supplied.push(hook);
  }

  /**
   * Checks and keeps a statement for the server that guards the EHR (A-20, I-06).
   * @throws Problem software_statements.refused (with errors) | .keys_unavailable, and those of a target
   */
  async upload(scope: UnitOfWork, ehrId: string, input: UploadedStatement): Promise<StoredStatement> {
    const statement = await examineStatement(scope, this.parts, input);
    const wanted = { ...input, softwareId: statement.softwareId };
    return this.#keep(scope, ehrId, wanted, 'uploaded', input.value, statement);
  }

  /**
   * Signs a statement for a server that trusts the workspace's key.
   * @throws Problem software_statements.metadata_refused (with findings), and those of a target
   */
  async issue(scope: UnitOfWork, ehrId: string, input: IssuedStatement): Promise<StoredStatement> {
    const { clock, database, issuer } = this.parts;
    const now = clock.now();
    if (input.expiresAt && input.expiresAt <= now) throw refusedStatement('/issue/expires_at', 'expired', 'Lies in the past.');
    const { upstream, layers } = await database.transaction(scope, (tx) => targetOf(tx, ehrId, input));
    const { document, findings } = documentAt(layers, upstream);
    if (findings.some((finding) => finding.severity === 'error'))
      throw statementProblem('software_statements.metadata_refused', { extra: { findings } });
    const alg = negotiateSigningAlg(upstream.server.capabilities, upstream.server.quirks).value;
    const key = await issuer.key(scope, alg);
    const softwareId = layers.clientMetadata['software_id'];
    const { value, statement } = await signSoftwareStatement({
      ...key,
      alg,
      now,
      metadata: document,
      jti: newId(),
      softwareId: typeof softwareId === 'string' ? softwareId : publicId('app', input.applicationId),
      expiresAt: input.expiresAt ?? new Date(now.getTime() + LIFETIME_DAYS * DAY_MS),
    });
    return this.#keep(scope, ehrId, input, 'issued', value, statement, key.id);
  }

  /** The statements for the server that guards the EHR, whichever of its EHRs they were added at. @throws Problem ehrs.not_found */
  list(scope: UnitOfWork, ehrId: string, request: PageRequest): Promise<Page<StoredStatement>> {
    return this.parts.database.transaction(scope, async (tx) => {
      const { server } = await upstreamAt(tx, ehrId);
      const now = this.parts.clock.now();
      return server
        ? pageOf(await statementRows.page(tx, server.id, request), request, (row) => presentStatement(row, now))
        : { items: [] };
    });
  }

  /** Takes a statement away; its text is destroyed. @throws Problem ehrs.not_found | software_statements.not_found */
  remove(scope: UnitOfWork, ehrId: string, id: string): Promise<void> {
    return this.parts.database.transaction(scope, async (tx) => {
      const { server } = await upstreamAt(tx, ehrId);
      const row = server && (await statementRows.remove(tx, server.id, id));
      if (!row) throw statementProblem('software_statements.not_found');
      await disarmExpiry(tx, SOFTWARE_STATEMENT, id);
      this.parts.records.write(tx, 'software_statement.delete', presentStatement(row, this.parts.clock.now()), row.digest);
    });
  }

  async #keep(
    scope: UnitOfWork,
    ehrId: string,
    wanted: Parameters<typeof targetOf>[2],
    origin: StatementOrigin,
    value: Secret,
    statement: SoftwareStatement,
    keyId?: string,
  ): Promise<StoredStatement> {
    const { clock, database, vault, records } = this.parts;
    const now = clock.now();
    // The tenant is known to be real before its key is fetched, which must not happen inside the transaction.
    await database.transaction(scope, (tx) => targetOf(tx, ehrId, wanted));
    const owner = { workspaceId: scope.workspaceId, ...(wanted.tenantId === undefined ? {} : { tenantId: wanted.tenantId }) };
    const sealer = await vault.prepare(owner);
    return database.transaction(scope, async (tx) => {
      const target = await targetOf(tx, ehrId, wanted);
      checkClaims(target, statement);
      const id = newId();
      const subject = { subjectId: id, kind: SOFTWARE_STATEMENT, version: SOFTWARE_STATEMENT_VERSION };
      const row = rowOf(target, statement, {
        id,
        origin,
        ehrId,
        tenantId: owner.tenantId ?? null,
        createdAt: now,
        digest: digestText(value.expose()),
      });
      await statementRows.insert(tx, { ...row, workspaceId: scope.workspaceId });
      await storeSecrets(tx, [{ ...owner, ...subject, sealed: sealer.seal(subject, value) }], now);
      if (keyId !== undefined && row.expiresAt) await this.parts.issuer.signed(tx, keyId, row.expiresAt);
      if (row.expiresAt) await armExpiry(tx, SOFTWARE_STATEMENT, id, row.expiresAt, now);
      const stored = presentStatement(row, now);
      records.write(tx, 'software_statement.create', stored, row.digest);
      for (const hook of this.#supplied) await hook(tx, stored);
      return stored;
    });
  }
}

/** @throws Problem software_statements.refused */
function checkClaims({ upstream, layers, origin }: StatementTarget, { audience, claims }: SoftwareStatement): void {
  const { server } = upstream;
  const known = [server.issuer, server.endpoints.registration, server.endpoints.token, origin].filter((each) => each !== undefined);
  // RFC 7591 leaves aud open; where it is there, it restricts (I-05).
  if (audience.length > 0 && !audience.some((aud) => known.some((each) => each.replace(/\/+$/, '') === aud.replace(/\/+$/, ''))))
    throw refusedStatement('/value', 'audience', 'The claim aud names another server.');
  const errors = claimsBeyond(claims, limitsAt(layers, upstream)).map(({ claim, code, detail }) => ({
    pointer: '/value',
    code,
    detail: `The claim ${claim} ${/^[a-z]/.test(detail) ? detail : `is refused: ${detail}`}`,
  }));
  if (errors.length > 0) throw statementProblem('software_statements.refused', { errors });
}

type Own = Pick<SoftwareStatementRow, 'id' | 'origin' | 'ehrId' | 'tenantId' | 'createdAt' | 'digest'>;

function rowOf(
  { upstream, applicationId, origin: pinnedOrigin }: StatementTarget,
  statement: SoftwareStatement,
  own: Own,
): SoftwareStatementRow {
  const { alg, iss, signature, claims } = statement;
  return {
    ...own,
    workspaceId: '',
    authorizationServerId: upstream.server.id,
    environment: upstream.environment,
    applicationId,
    pinnedOrigin,
    ...{ alg, iss, signature, claims },
    jti: statement.jti ?? null,
    softwareId: statement.softwareId ?? null,
    status: 'available',
    failures: 0,
    expiresAt: statement.expiresAt ?? null,
  };
}
