import type { Environment, WorkActor } from '@registrar/database';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { ApprovalKind, ApprovalStatus, ApprovalSubject } from './approval.js';

@Entity('approvals')
export class ApprovalEntity {
  @PrimaryColumn('uuid', { name: 'workspace_id' })
  workspaceId!: string;

  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'tenant_id', nullable: true })
  tenantId!: string | null;

  @Column('uuid', { name: 'application_id', nullable: true })
  applicationId!: string | null;

  @Column('text', { nullable: true })
  environment!: Environment | null;

  @Column('text')
  kind!: ApprovalKind;

  @Column('text', { name: 'subject_type' })
  subjectType!: ApprovalSubject['type'];

  @Column('uuid', { name: 'subject_id' })
  subjectId!: string;

  /** As it was left: what has expired since says so when it is read. */
  @Column('text')
  status!: ApprovalStatus;

  @Column('text', { name: 'documents_hash' })
  documentsHash!: string;

  @Column('jsonb')
  summary!: string[];

  @Column('text', { nullable: true })
  reason!: string | null;

  @Column('jsonb', { name: 'requested_by' })
  requestedBy!: WorkActor;

  @Column('jsonb', { name: 'decided_by', nullable: true })
  decidedBy!: WorkActor | null;

  @Column('timestamptz', { name: 'decided_at', nullable: true })
  decidedAt!: Date | null;

  @Column('text', { name: 'decision_reason', nullable: true })
  decisionReason!: string | null;

  @Column('timestamptz', { name: 'used_at', nullable: true })
  usedAt!: Date | null;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
}

/** A row as plain data. */
export type ApprovalRow = Pick<ApprovalEntity, keyof ApprovalEntity>;
