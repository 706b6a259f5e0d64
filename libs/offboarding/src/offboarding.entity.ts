import type { WorkActor } from '@registrar/database';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { OffboardingStatus, SignedDocument } from './offboarding.js';

@Entity('offboardings')
export class OffboardingEntity {
  @PrimaryColumn('uuid', { name: 'workspace_id' })
  workspaceId!: string;

  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'tenant_id' })
  tenantId!: string;

  @Column('text')
  status!: OffboardingStatus;

  @Column('timestamptz', { name: 'effective_at' })
  effectiveAt!: Date;

  @Column('text', { nullable: true })
  reason!: string | null;

  @Column('text', { nullable: true })
  waiver!: string | null;

  @Column('jsonb', { name: 'requested_by' })
  requestedBy!: WorkActor;

  @Column('text', { name: 'request_id' })
  requestId!: string;

  @Column('timestamptz', { name: 'started_at', nullable: true })
  startedAt!: Date | null;

  @Column('timestamptz', { name: 'finished_at', nullable: true })
  finishedAt!: Date | null;

  @Column('timestamptz', { name: 'cancelled_at', nullable: true })
  cancelledAt!: Date | null;

  @Column('jsonb', { nullable: true })
  certificate!: SignedDocument | null;

  @Column('timestamptz', { name: 'shredded_at', nullable: true })
  shreddedAt!: Date | null;

  @Column('jsonb', { name: 'shredded_by', nullable: true })
  shreddedBy!: WorkActor | null;

  @Column('jsonb', { nullable: true })
  shredding!: SignedDocument | null;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
}
