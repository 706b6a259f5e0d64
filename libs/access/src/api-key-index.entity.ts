import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Routing table without row-level security: a keyed hash and ids. */
@Entity('api_key_index')
export class ApiKeyIndexEntity {
  @PrimaryColumn('bytea')
  digest!: Buffer;

  @Column('uuid', { name: 'workspace_id' })
  workspaceId!: string;

  @Column('uuid', { name: 'api_key_id' })
  apiKeyId!: string;

  @Column('timestamptz', { name: 'expires_at', nullable: true })
  expiresAt!: Date | null;

  @Column('timestamptz', { name: 'revoked_at', nullable: true })
  revokedAt!: Date | null;
}
