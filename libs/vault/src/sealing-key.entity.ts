import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Routing table without row-level security: which data keys seal now, and since when. Ids and times only. */
@Entity('sealing_keys', { schema: 'keyring' })
export class SealingKeyEntity {
  @PrimaryColumn('uuid', { name: 'workspace_id' })
  workspaceId!: string;

  @PrimaryColumn('uuid', { name: 'key_id' })
  keyId!: string;

  @Column('uuid', { name: 'tenant_id', nullable: true })
  tenantId!: string | null;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
}
