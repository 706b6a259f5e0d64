import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** Routing table without row-level security: a keyed hash and ids. */
@Entity('session_index')
export class SessionIndexEntity {
  @PrimaryColumn('bytea')
  digest!: Buffer;

  @Column('uuid', { name: 'workspace_id' })
  workspaceId!: string;

  @Index('session_index_session', { unique: true })
  @Column('uuid', { name: 'session_id' })
  sessionId!: string;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;

  @Column('timestamptz', { name: 'revoked_at', nullable: true })
  revokedAt!: Date | null;
}
