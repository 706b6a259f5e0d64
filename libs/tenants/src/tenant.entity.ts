import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { TenantContact, TenantStatus } from './tenant.js';

@Entity('tenants')
export class TenantEntity {
  @PrimaryColumn('uuid', { name: 'workspace_id' })
  workspaceId!: string;

  @PrimaryColumn('uuid')
  id!: string;

  @Column('text')
  name!: string;

  @Column('text', { name: 'external_id', nullable: true })
  externalId!: string | null;

  @Column('jsonb', { default: [] })
  contacts!: TenantContact[];

  @Column('jsonb', { default: {} })
  metadata!: Record<string, string>;

  @Column('text', { default: 'active' })
  status!: TenantStatus;

  @Column('timestamptz', { name: 'suspended_at', nullable: true })
  suspendedAt!: Date | null;

  @Column('integer', { default: 1 })
  version!: number;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt!: Date;
}

/** A row as plain data. */
export type TenantRow = Pick<TenantEntity, keyof TenantEntity>;
