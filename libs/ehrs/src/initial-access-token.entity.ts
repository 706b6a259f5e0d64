import type { Environment } from '@registrar/database';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { InitialAccessTokenKind, InitialAccessTokenStatus, TokenClient } from './initial-access-token.js';

@Entity('initial_access_tokens')
export class InitialAccessTokenEntity {
  @PrimaryColumn('uuid', { name: 'workspace_id' })
  workspaceId!: string;

  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'authorization_server_id' })
  authorizationServerId!: string;

  @Column('uuid', { name: 'ehr_id' })
  ehrId!: string;

  @Column('text')
  environment!: Environment;

  @Column('uuid', { name: 'tenant_id', nullable: true })
  tenantId!: string | null;

  @Column('text')
  kind!: InitialAccessTokenKind;

  @Column('jsonb', { name: 'client_credentials', nullable: true })
  clientCredentials!: TokenClient | null;

  @Column('integer', { name: 'max_uses', nullable: true })
  maxUses!: number | null;

  @Column('integer', { default: 0 })
  used!: number;

  @Column('text', { name: 'pinned_origin' })
  pinnedOrigin!: string;

  @Column('text', { default: 'available' })
  status!: InitialAccessTokenStatus;

  @Column('timestamptz', { name: 'expires_at', nullable: true })
  expiresAt!: Date | null;

  @Column('boolean', { name: 'expiry_hinted', default: false })
  expiryHinted!: boolean;

  @Column('timestamptz', { name: 'low_at', nullable: true })
  lowAt!: Date | null;

  @Column('timestamptz', { name: 'last_used_at', nullable: true })
  lastUsedAt!: Date | null;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
}

/** A row as plain data. */
export type InitialAccessTokenRow = Pick<InitialAccessTokenEntity, keyof InitialAccessTokenEntity>;
