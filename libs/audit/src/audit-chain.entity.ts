import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The head of a chain: one for each tenant, one for the workspace. */
@Entity('audit_chains')
export class AuditChainEntity {
  @PrimaryColumn('uuid', { name: 'workspace_id' })
  workspaceId!: string;

  @PrimaryColumn('uuid', { name: 'chain_id' })
  chainId!: string;

  @Column('uuid', { name: 'tenant_id', nullable: true })
  tenantId!: string | null;

  @Column('bigint')
  seq!: string;

  @Column('bytea')
  mac!: Buffer;
}
