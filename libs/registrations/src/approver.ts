import type { Environment, Transaction } from '@registrar/database';

/** Asks somebody else for a yes that is bound to exact documents. Given at composition by who has approvals. */
export interface Approver {
  request(
    tx: Transaction,
    wanted: {
      readonly kind: 'rollout' | 'update' | 'reregistration';
      readonly subject: { readonly type: 'rollout' | 'registration'; readonly id: string };
      readonly documentsHash: string;
      readonly summary: readonly string[];
      readonly reason?: string;
      readonly applicationId: string;
      readonly tenantId?: string;
      readonly environment?: Environment;
    },
  ): Promise<{ readonly id: string; readonly expiresAt: Date }>;
  /** @throws Problem where it is not approved, used already, or for other documents. */
  consume(tx: Transaction, id: string, documentsHash: string): Promise<unknown>;
  /** What it was asked for is no longer wanted. */
  withdraw(tx: Transaction, id: string, why: string): Promise<void>;
}

/** A decision, as its continuation is told of it. */
export interface Decided {
  readonly id: string;
  readonly status: string;
  readonly subject: { readonly id: string };
}
