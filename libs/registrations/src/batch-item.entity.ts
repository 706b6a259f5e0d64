import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('batch_items')
export class BatchItemEntity {
  @PrimaryColumn('uuid', { name: 'workspace_id' })
  workspaceId!: string;

  @PrimaryColumn('uuid', { name: 'batch_id' })
  batchId!: string;

  @PrimaryColumn('uuid', { name: 'registration_id' })
  registrationId!: string;

  @Column('uuid', { name: 'tenant_id' })
  tenantId!: string;

  @Column('text')
  outcome!: 'created' | 'existing';

  @Column('uuid', { name: 'operation_id', nullable: true })
  operationId!: string | null;
}
