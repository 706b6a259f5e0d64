import type { PublicJwk } from '@registrar/keys';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The workspace's key for certificates. Its public half is published, its private half sealed under the workspace's own data key. */
@Entity('certificate_keys')
export class CertificateKeyEntity {
  @PrimaryColumn('uuid', { name: 'workspace_id' })
  workspaceId!: string;

  @PrimaryColumn('uuid')
  id!: string;

  @Column('text')
  url!: string;

  @Column('text')
  alg!: string;

  @Column('jsonb', { name: 'public_jwk' })
  publicJwk!: PublicJwk;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
}
