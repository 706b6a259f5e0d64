import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Final format: the app's role may only insert and read. */
@Entity('events')
export class EventEntity {
  @PrimaryColumn('uuid', { name: 'workspace_id' })
  workspaceId!: string;

  @PrimaryColumn('bigint')
  position!: string;

  @Column('uuid')
  id!: string;

  @Column('text')
  type!: string;

  @Column('uuid', { name: 'tenant_id', nullable: true })
  tenantId!: string | null;

  @Column('text', { name: 'subject_type' })
  subjectType!: string;

  @Column('uuid', { name: 'subject_id' })
  subjectId!: string;

  @Column('jsonb')
  data!: Record<string, unknown>;

  @Column('timestamptz')
  at!: Date;
}
