import { pageOf, type Database, type Page, type PageRequest, type UnitOfWork } from '@registrar/database';
import type { Vault } from '@registrar/vault';
import { findAuditEvents, findChains, type AuditEvent, type AuditFilter } from './audit-events.repository.js';
import type { Vouched } from './vouched.js';
import { auditProblem } from './audit.problems.js';
import { verifyChain, type ChainVerdict } from './verify-chain.js';

/** How many entries one call verifies: some seconds' work. */
const VERIFIED_AT_ONCE = 100_000;
const EXPORTED_AT_ONCE = 500;

export interface VerifiedChain {
  readonly chainId: string;
  readonly verdict: ChainVerdict;
}

/** Reading the audit log, for owners and auditors. */
export class AuditEvents {
  constructor(
    private readonly database: Database,
    private readonly vault: Vault,
  ) {}

  /** @throws Problem audit.narrowed_caller */
  async list(scope: UnitOfWork, filter: AuditFilter, request: PageRequest): Promise<Page<AuditEvent>> {
    refuseNarrowed(scope);
    const rows = await this.database.transaction(scope, (tx) => findAuditEvents(tx, filter, request));
    return pageOf(rows, request, (event) => event);
  }

  /**
   * All that fit, the newest first, read part by part: nothing is held but one part, and no transaction stays open.
   * @throws Problem audit.narrowed_caller at once
   */
  export(scope: UnitOfWork, filter: AuditFilter): AsyncGenerator<AuditEvent> {
    refuseNarrowed(scope);
    return this.#pages(scope, filter);
  }

  async *#pages(scope: UnitOfWork, filter: AuditFilter): AsyncGenerator<AuditEvent> {
    for (let after: string | undefined; ;) {
      const page = await this.list(scope, filter, { limit: EXPORTED_AT_ONCE, ...(after === undefined ? {} : { after }) });
      yield* page.items;
      after = page.nextAfter;
      if (after === undefined) return;
    }
  }

  /**
   * Reads chains from their start and checks every link (T13): one, or all that the scope sees. What checkpoints vouch for must
   * be there too; a chain that only they know is gone.
   * @throws Problem audit.chain_not_found | audit.too_long | audit.narrowed_caller
   */
  async verify(scope: UnitOfWork, chainId?: string, vouched: Vouched = new Map()): Promise<VerifiedChain[]> {
    refuseNarrowed(scope);
    const chains = await this.database.transaction(scope, (tx) => findChains(tx, chainId));
    if (chainId !== undefined && chains.length === 0) throw auditProblem('audit.chain_not_found');
    const length = chains.reduce((sum, chain) => sum + chain.length, 0);
    if (chains.length > 1 && length > VERIFIED_AT_ONCE)
      throw auditProblem('audit.too_long', {
        detail: `There are ${length} entries in ${chains.length} chains; one call verifies ${VERIFIED_AT_ONCE}.`,
      });
    const verified: VerifiedChain[] = [];
    for (const chain of chains) verified.push({ chainId: chain.chainId, verdict: await this.#verdict(scope, chain.chainId, vouched) });
    const known = new Set(chains.map((chain) => chain.chainId));
    for (const gone of vouched.keys())
      if (!known.has(gone) && chainId === undefined && sees(scope, gone))
        verified.push({ chainId: gone, verdict: { ok: false, firstBad: 1, checkpoint: true } });
    return verified;
  }

  #verdict(scope: UnitOfWork, chainId: string, vouched: Vouched): Promise<ChainVerdict> {
    return verifyChain(this.database, this.vault, scope, chainId, vouched.get(chainId));
  }
}

/** Row-level security knows hospitals; an entry says neither its application nor its environment. */
function refuseNarrowed({ applicationId, environment }: UnitOfWork): void {
  if (applicationId !== undefined || environment !== undefined) throw auditProblem('audit.narrowed_caller');
}

function sees({ tenantIds }: UnitOfWork, chainId: string): boolean {
  return tenantIds === undefined || tenantIds.includes(chainId);
}
