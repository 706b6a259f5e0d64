import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Final format: the app's role may only insert and read. */
@Entity('audit_events')
export class AuditEventEntity {
  @PrimaryColumn('uuid', { name: 'workspace_id' })
  workspaceId!: string;

  @PrimaryColumn('uuid', { name: 'chain_id' })
  chainId!: string;

  @PrimaryColumn('bigint')
  seq!: string;

  @Column('uuid')
  id!: string;

  @Column('uuid', { name: 'tenant_id', nullable: true })
  tenantId!: string | null;

  @Column('timestamptz')
  at!: Date;

  @Column('jsonb')
  actor!: Record<string, unknown>;

  @Column('text')
  action!: string;

  @Column('text', { name: 'subject_type' })
  subjectType!: string;

  @Column('uuid', { name: 'subject_id' })
  subjectId!: string;

  @Column('text', { name: 'request_id' })
  requestId!: string;

  @Column('jsonb')
  detail!: Record<string, unknown>;

  @Column('uuid', { name: 'key_id' })
  keyId!: string;

  @Column('bytea')
  prev!: Buffer;

  @Column('bytea')
  mac!: Buffer;
}
