import type { WorkActor } from '@registrar/database';
import type { ProblemDocument } from '@registrar/problem';
import type { OperationKind, OperationStatus, Waiting } from './operation-status.js';
import type { Step } from './step.js';
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('operations')
export class OperationEntity {
  @PrimaryColumn('uuid', { name: 'workspace_id' })
  workspaceId!: string;

  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'tenant_id' })
  tenantId!: string;

  @Column('uuid', { name: 'registration_id' })
  registrationId!: string;

  @Column('uuid', { name: 'authorization_server_id', nullable: true })
  authorizationServerId!: string | null;

  @Column('text')
  kind!: OperationKind;

  @Column('text')
  status!: OperationStatus;

  @Column('jsonb', { nullable: true })
  waiting!: Waiting | null;

  @Column('jsonb', { nullable: true })
  problem!: ProblemDocument | null;

  @Column('jsonb', { default: [] })
  steps!: Step[];

  @Column('jsonb', { default: {} })
  input!: Record<string, unknown>;

  @Column('integer', { default: 0 })
  tries!: number;

  @Column('jsonb', { name: 'requested_by' })
  requestedBy!: WorkActor;

  @Column('text', { name: 'request_id' })
  requestId!: string;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'started_at', nullable: true })
  startedAt!: Date | null;

  @Column('timestamptz', { name: 'finished_at', nullable: true })
  finishedAt!: Date | null;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt!: Date;
}
