import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { DueKind } from './due-items.js';

@Entity('work_items')
export class WorkItemEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'workspace_id' })
  workspaceId!: string;

  @Column('uuid', { name: 'tenant_id', nullable: true })
  tenantId!: string | null;

  @Column('text')
  kind!: 'operation' | 'rotations' | DueKind;

  @Column('uuid', { name: 'subject_id' })
  subjectId!: string;

  @Column('uuid', { name: 'authorization_server_id', nullable: true })
  authorizationServerId!: string | null;

  @Column('text')
  budget!: 'registration' | 'token' | 'none';

  @Column('smallint', { default: 100 })
  priority!: number;

  /** Requests that one claim of it may lead to at its server (H-12). */
  @Column('smallint', { default: 1 })
  cost!: number;

  @Column('timestamptz', { name: 'due_at', default: () => 'clock_timestamp()' })
  dueAt!: Date;

  @Column('timestamptz', { name: 'wake_at', nullable: true })
  wakeAt!: Date | null;

  /** It is due later only because the server did not answer: it is due at once when the server does again. */
  @Column('boolean', { name: 'waits_for_server', default: false })
  waitsForServer!: boolean;

  @Column('text', { name: 'lease_owner', nullable: true })
  leaseOwner!: string | null;

  @Column('timestamptz', { name: 'lease_until', nullable: true })
  leaseUntil!: Date | null;

  @Column('bigint', { default: 0 })
  fence!: string;

  @Column('integer', { default: 0 })
  deliveries!: number;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
}
