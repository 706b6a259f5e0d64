import type { Environment } from '@registrar/database';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What is published at its URL outlives every client that uses it. */
@Entity('key_sets')
export class KeySetEntity {
  @PrimaryColumn('uuid', { name: 'workspace_id' })
  workspaceId!: string;

  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'tenant_id', nullable: true })
  tenantId!: string | null;

  @Column('uuid', { name: 'authorization_server_id' })
  authorizationServerId!: string;

  @Column('text')
  environment!: Environment;

  @Column('text')
  url!: string;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
}
