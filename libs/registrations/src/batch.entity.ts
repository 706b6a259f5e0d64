import type { BatchWanted, LeftOut } from './batch.js';
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('batches')
export class BatchEntity {
  @PrimaryColumn('uuid', { name: 'workspace_id' })
  workspaceId!: string;

  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'application_id' })
  applicationId!: string;

  @Column('jsonb')
  request!: BatchWanted;

  @Column('text', { name: 'plan_hash' })
  planHash!: string;

  @Column('jsonb', { name: 'left_out', default: [] })
  leftOut!: LeftOut[];

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
}
