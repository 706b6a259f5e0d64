import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A keyed digest of a secret that is or was held: by it a leaked one is matched to its record. */
@Entity('secret_fingerprints')
export class SecretFingerprintEntity {
  @PrimaryColumn('uuid', { name: 'workspace_id' })
  workspaceId!: string;

  @PrimaryColumn('uuid', { name: 'subject_id' })
  subjectId!: string;

  @PrimaryColumn('text')
  kind!: string;

  @PrimaryColumn('integer')
  version!: number;

  @Column('bytea')
  fingerprint!: Buffer;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
}
