import { Column, Entity, PrimaryColumn } from 'typeorm';

/** In a schema of its own, which is backed up apart: only so can shredding be true. */
@Entity('data_keys', { schema: 'keyring' })
export class DataKeyEntity {
  @PrimaryColumn('uuid', { name: 'workspace_id' })
  workspaceId!: string;

  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'tenant_id', nullable: true })
  tenantId!: string | null;

  @Column('uuid', { name: 'subject_key' })
  subjectKey!: string;

  @Column('text')
  purpose!: 'seal' | 'audit';

  @Column('integer')
  generation!: number;

  @Column('text', { default: 'active' })
  status!: 'active' | 'retiring' | 'retired' | 'shredded';

  @Column('text', { name: 'kek_id' })
  kekId!: string;

  @Column('integer', { name: 'kek_version' })
  kekVersion!: number;

  @Column('bytea', { nullable: true })
  wrapped!: Buffer | null;

  @Column('bigint', { default: 0 })
  seals!: string;

  @Column('timestamptz', { name: 'retiring_since', nullable: true })
  retiringSince!: Date | null;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
}
