import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Routing table without row-level security: ids and times only. */
@Entity('expiry_alarms')
export class ExpiryAlarmEntity {
  @PrimaryColumn('text')
  kind!: string;

  @PrimaryColumn('uuid', { name: 'subject_id' })
  subjectId!: string;

  @Column('uuid', { name: 'workspace_id' })
  workspaceId!: string;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;

  @Column('timestamptz', { name: 'next_at' })
  nextAt!: Date;
}
