import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('secrets')
export class SecretEntity {
  @PrimaryColumn('uuid', { name: 'workspace_id' })
  workspaceId!: string;

  @PrimaryColumn('uuid', { name: 'subject_id' })
  subjectId!: string;

  @PrimaryColumn('text')
  kind!: string;

  @PrimaryColumn('integer')
  version!: number;

  @Column('uuid', { name: 'tenant_id', nullable: true })
  tenantId!: string | null;

  @Column('uuid', { name: 'key_id' })
  keyId!: string;

  @Column('bytea')
  sealed!: Buffer;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
}
