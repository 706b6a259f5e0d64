import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { RotationReason } from './rotation-input.js';

@Entity('rotation_runs')
export class RotationRunEntity {
  @PrimaryColumn('uuid', { name: 'workspace_id' })
  workspaceId!: string;

  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'tenant_id', nullable: true })
  tenantId!: string | null;

  @Column('uuid', { name: 'ehr_id', nullable: true })
  ehrId!: string | null;

  @Column('uuid', { name: 'application_id', nullable: true })
  applicationId!: string | null;

  @Column('text')
  reason!: RotationReason;

  @Column('jsonb', { name: 'left_out', default: [] })
  leftOut!: { readonly registrationId: string; readonly reason: string }[];

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
}
