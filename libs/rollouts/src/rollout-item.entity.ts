import type { Impact } from '@registrar/dcr';
import type { UpdateWay } from '@registrar/registrations';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { ItemState } from './rollout.js';

@Entity('rollout_items')
export class RolloutItemEntity {
  @PrimaryColumn('uuid', { name: 'workspace_id' })
  workspaceId!: string;

  @PrimaryColumn('uuid', { name: 'rollout_id' })
  rolloutId!: string;

  @PrimaryColumn('uuid', { name: 'registration_id' })
  registrationId!: string;

  @Column('uuid', { name: 'tenant_id' })
  tenantId!: string;

  @Column('boolean')
  canary!: boolean;

  @Column('text')
  way!: UpdateWay;

  @Column('text')
  impact!: Impact;

  @Column('text', { name: 'document_hash' })
  documentHash!: string;

  /** As the last advance left it; while an operation is open, what that says is newer. */
  @Column('text')
  state!: ItemState;

  @Column('uuid', { name: 'operation_id', nullable: true })
  operationId!: string | null;
}
