import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Routing table without row-level security: counters and times only. */
@Entity('upstream_gates')
export class UpstreamGateEntity {
  @PrimaryColumn('uuid', { name: 'authorization_server_id' })
  authorizationServerId!: string;

  @PrimaryColumn('text')
  budget!: 'registration' | 'token';

  @Column('uuid', { name: 'workspace_id' })
  workspaceId!: string;

  @Column('integer', { name: 'max_in_flight', default: 4 })
  maxInFlight!: number;

  @Column('integer', { name: 'max_in_flight_per_tenant', default: 2 })
  maxInFlightPerTenant!: number;

  @Column('real', { name: 'per_second', default: 5 })
  perSecond!: number;

  @Column('real', { default: 5 })
  tokens!: number;

  @Column('timestamptz', { name: 'refilled_at', default: () => 'clock_timestamp()' })
  refilledAt!: Date;

  /** When requests were paid for within the last second before the last claim, and how many each time. */
  @Column('timestamptz', { name: 'spent_at', array: true, default: [] })
  spentAt!: Date[];

  @Column('integer', { array: true, default: [] })
  spent!: number[];

  @Column('text', { default: 'closed' })
  state!: 'closed' | 'open' | 'half_open';

  @Column('text', { nullable: true })
  reason!: string | null;

  @Column('timestamptz', { name: 'open_until', nullable: true })
  openUntil!: Date | null;

  @Column('integer', { default: 0 })
  failures!: number;

  @Column('integer', { name: 'opened_times', default: 0 })
  openedTimes!: number;

  /** How often in a row the server has asked to be left alone. */
  @Column('integer', { default: 0 })
  throttled!: number;

  /** Since when the exchanges are counted; null while none has failed. */
  @Column('timestamptz', { name: 'window_from', nullable: true })
  windowFrom!: Date | null;

  @Column('integer', { name: 'window_total', default: 0 })
  windowTotal!: number;

  @Column('integer', { name: 'window_failed', default: 0 })
  windowFailed!: number;

  /** The hospital whose turn was last. */
  @Column('uuid', { name: 'served_tenant_id', nullable: true })
  servedTenantId!: string | null;
}
