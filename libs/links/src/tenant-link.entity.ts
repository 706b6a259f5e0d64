import type { WorkActor } from '@registrar/database';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A link that was given to a hospital. The link itself is not kept: it follows from the row and a key of the keyring. */
@Entity('tenant_links')
export class TenantLinkEntity {
  @PrimaryColumn('uuid', { name: 'workspace_id' })
  workspaceId!: string;

  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'tenant_id' })
  tenantId!: string;

  @Column('text', { nullable: true })
  note!: string | null;

  @Column('jsonb', { name: 'created_by' })
  createdBy!: WorkActor;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;

  @Column('timestamptz', { name: 'revoked_at', nullable: true })
  revokedAt!: Date | null;

  /** When it was opened last. */
  @Column('timestamptz', { name: 'opened_at', nullable: true })
  openedAt!: Date | null;
}

export type TenantLinkRow = Pick<TenantLinkEntity, keyof TenantLinkEntity>;
