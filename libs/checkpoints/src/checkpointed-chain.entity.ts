import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Up to where a chain is in a checkpoint, and in which. */
@Entity('audit_checkpointed')
export class CheckpointedChainEntity {
  @PrimaryColumn('uuid', { name: 'workspace_id' })
  workspaceId!: string;

  @PrimaryColumn('uuid', { name: 'chain_id' })
  chainId!: string;

  @Column('bigint')
  seq!: string;

  @Column('bigint')
  n!: string;
}
