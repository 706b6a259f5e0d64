import type { Environment, WorkActor } from '@registrar/database';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { RolloutProblem, RolloutStage, RolloutStatus } from './rollout.js';

@Entity('rollouts')
export class RolloutEntity {
  @PrimaryColumn('uuid', { name: 'workspace_id' })
  workspaceId!: string;

  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'application_id' })
  applicationId!: string;

  @Column('integer')
  revision!: number;

  /** Only registrations of this one: whoever asked is bound to it. */
  @Column('text', { nullable: true })
  environment!: Environment | null;

  @Column('text')
  status!: RolloutStatus;

  @Column('text')
  stage!: RolloutStage;

  @Column('integer', { name: 'failure_limit' })
  failureLimit!: number;

  @Column('integer', { name: 'at_once' })
  atOnce!: number;

  /** Failures that somebody has seen and resumed in spite of. */
  @Column('integer', { default: 0 })
  forgiven!: number;

  @Column('text', { nullable: true })
  reason!: string | null;

  @Column('jsonb', { nullable: true })
  problem!: RolloutProblem | null;

  @Column('text', { name: 'plan_hash' })
  planHash!: string;

  @Column('uuid', { name: 'approval_id', nullable: true })
  approvalId!: string | null;

  @Column('jsonb', { name: 'requested_by' })
  requestedBy!: WorkActor;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt!: Date;

  @Column('timestamptz', { name: 'finished_at', nullable: true })
  finishedAt!: Date | null;
}

/** A row as plain data. */
export type RolloutRow = Pick<RolloutEntity, keyof RolloutEntity>;
