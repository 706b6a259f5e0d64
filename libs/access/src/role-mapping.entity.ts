import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Environment } from '@registrar/database';
import { bindingsOf, type Bindings } from './principal.js';
import type { Role } from './role.js';

@Entity('role_mappings')
export class RoleMappingEntity {
  @PrimaryColumn('uuid', { name: 'workspace_id' })
  workspaceId!: string;

  @PrimaryColumn('uuid')
  id!: string;

  @Column('text', { name: 'claim_value' })
  group!: string;

  @Column('text')
  role!: Role;

  @Column('jsonb', { name: 'tenant_ids', nullable: true })
  tenantIds!: string[] | null;

  @Column('uuid', { name: 'application_id', nullable: true })
  applicationId!: string | null;

  @Column('text', { nullable: true })
  environment!: Environment | null;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
}

/** A row as plain data. */
export type RoleMappingRow = Pick<RoleMappingEntity, keyof RoleMappingEntity>;

/** Who the provider says is in this group has this role here, and these bindings. */
export interface RoleMapping extends Bindings {
  readonly id: string;
  readonly group: string;
  readonly role: Role;
  readonly createdAt: Date;
}

export function presentMapping(row: RoleMappingRow): RoleMapping {
  return { id: row.id, group: row.group, role: row.role, ...bindingsOf(row), createdAt: row.createdAt };
}
