import type { PublicJwk } from '@registrar/keys';
import type { WorkCredential } from './work.js';
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('credentials')
export class CredentialEntity {
  @PrimaryColumn('uuid', { name: 'workspace_id' })
  workspaceId!: string;

  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'tenant_id', nullable: true })
  tenantId!: string | null;

  @Column('uuid', { name: 'registration_id' })
  registrationId!: string;

  @Column('uuid', { name: 'client_id', nullable: true })
  clientId!: string | null;

  @Column('uuid', { name: 'key_set_id', nullable: true })
  keySetId!: string | null;

  @Column('text')
  kind!: WorkCredential['kind'];

  @Column('integer')
  version!: number;

  @Column('text')
  stage!: WorkCredential['stage'];

  @Column('text', { nullable: true })
  alg!: string | null;

  @Column('text', { nullable: true })
  kid!: string | null;

  @Column('jsonb', { name: 'public_jwk', nullable: true })
  publicJwk!: PublicJwk | null;

  @Column('timestamptz', { name: 'expires_at', nullable: true })
  expiresAt!: Date | null;

  @Column('smallint', { name: 'alarmed_days', nullable: true })
  alarmedDays!: number | null;

  /** When it has to be replaced at the latest, whatever the policy says. */
  @Column('timestamptz', { name: 'replace_at', nullable: true })
  replaceAt!: Date | null;

  /** When its overlap is over. */
  @Column('timestamptz', { name: 'retire_at', nullable: true })
  retireAt!: Date | null;

  /** What is known of its end. */
  @Column('jsonb', { nullable: true })
  retirement!: Record<string, string> | null;

  /** Since when its key is out of the key set that is published. */
  @Column('timestamptz', { name: 'withdrawn_at', nullable: true })
  withdrawnAt!: Date | null;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'promoted_at', nullable: true })
  promotedAt!: Date | null;

  @Column('timestamptz', { name: 'retired_at', nullable: true })
  retiredAt!: Date | null;
}
