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

  /** The last entry that retention cut off; 0 where none was. */
  @Column('bigint', { name: 'cut_seq', default: 0 })
  cutSeq!: string;

  @Column('bytea', { name: 'cut_mac', nullable: true })
  cutMac!: Buffer | null;

  /** A MAC over both under the workspace's audit key: whoever can only write to the database cannot make one. */
  @Column('bytea', { name: 'cut_proof', nullable: true })
  cutProof!: Buffer | null;

  @Column('uuid', { name: 'cut_key_id', nullable: true })
  cutKeyId!: string | null;
}
