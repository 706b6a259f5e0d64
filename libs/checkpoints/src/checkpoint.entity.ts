import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A checkpoint that was signed; kept until it is sent, and as long as it is the last of a chain. */
@Entity('audit_checkpoints')
@Index('audit_checkpoints_unsent', ['workspaceId', 'n'], { where: 'sent_at IS NULL' })
export class CheckpointEntity {
  @PrimaryColumn('uuid', { name: 'workspace_id' })
  workspaceId!: string;

  @PrimaryColumn('bigint')
  n!: string;

  @Column('timestamptz')
  at!: Date;

  @Column('text')
  jws!: string;

  @Column('text')
  sha256!: string;

  @Column('timestamptz', { name: 'sent_at', nullable: true })
  sentAt!: Date | null;
}
