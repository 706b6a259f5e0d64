import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Environment } from '@registrar/database';
import type { ApiKey } from './api-key.js';
import { bindingsOf } from './principal.js';
import type { Role } from './role.js';

@Entity('api_keys')
export class ApiKeyEntity {
  @PrimaryColumn('uuid', { name: 'workspace_id' })
  workspaceId!: string;

  @PrimaryColumn('uuid')
  id!: string;

  @Column('text')
  name!: string;

  @Column('text')
  role!: Role;

  @Column('jsonb', { name: 'tenant_ids', nullable: true })
  tenantIds!: string[] | null;

  @Column('uuid', { name: 'application_id', nullable: true })
  applicationId!: string | null;

  @Column('text', { nullable: true })
  environment!: Environment | null;

  @Column('jsonb', { nullable: true })
  addresses!: string[] | null;

  @Column('text', { name: 'last_four' })
  lastFour!: string;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'expires_at', nullable: true })
  expiresAt!: Date | null;

  @Column('timestamptz', { name: 'last_used_at', nullable: true })
  lastUsedAt!: Date | null;

  @Column('timestamptz', { name: 'revoked_at', nullable: true })
  revokedAt!: Date | null;
}

/** A row as plain data. */
export type ApiKeyRow = Pick<ApiKeyEntity, keyof ApiKeyEntity>;

export function present(row: ApiKeyRow): ApiKey {
  return {
    id: row.id,
    name: row.name,
    role: row.role,
    ...bindingsOf(row),
    ...(row.addresses ? { addresses: row.addresses } : {}),
    lastFour: row.lastFour,
    createdAt: row.createdAt,
    ...(row.expiresAt ? { expiresAt: row.expiresAt } : {}),
    ...(row.lastUsedAt ? { lastUsedAt: row.lastUsedAt } : {}),
    ...(row.revokedAt ? { revokedAt: row.revokedAt } : {}),
  };
}
