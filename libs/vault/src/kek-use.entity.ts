import { Entity, PrimaryColumn } from 'typeorm';

/** Routing table without row-level security: which versions of which key-encryption keys a workspace's keyring hangs on. Names and ids only. */
@Entity('kek_uses', { schema: 'keyring' })
export class KekUseEntity {
  @PrimaryColumn('text', { name: 'kek_id' })
  kekId!: string;

  @PrimaryColumn('integer', { name: 'kek_version' })
  kekVersion!: number;

  @PrimaryColumn('uuid', { name: 'workspace_id' })
  workspaceId!: string;
}
