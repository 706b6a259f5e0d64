import { Entity, PrimaryColumn } from 'typeorm';

/** Routing table without row-level security: which data keys have a successor and still seal something. Ids only. */
@Entity('retiring_keys', { schema: 'keyring' })
export class RetiringKeyEntity {
  @PrimaryColumn('uuid', { name: 'workspace_id' })
  workspaceId!: string;

  @PrimaryColumn('uuid', { name: 'key_id' })
  keyId!: string;
}
