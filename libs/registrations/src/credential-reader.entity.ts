import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('credential_readers')
export class CredentialReaderEntity {
  @PrimaryColumn('uuid', { name: 'workspace_id' })
  workspaceId!: string;

  @PrimaryColumn('uuid', { name: 'credential_id' })
  credentialId!: string;

  @PrimaryColumn('text', { name: 'reader_type' })
  readerType!: string;

  @PrimaryColumn('text', { name: 'reader_id' })
  readerId!: string;

  @Column('uuid', { name: 'tenant_id', nullable: true })
  tenantId!: string | null;

  @Column('text', { nullable: true })
  name!: string | null;

  @Column('timestamptz', { name: 'first_read_at' })
  firstReadAt!: Date;

  @Column('timestamptz', { name: 'last_read_at' })
  lastReadAt!: Date;
}
