import type { Environment } from '@registrar/database';
import type { ClientMetadata } from '@registrar/dcr';
import type { ProblemDocument } from '@registrar/problem';
import type { RegistrationAction, RegistrationStatus } from './lifecycle.js';
import type { Residue } from './registration-view.js';
import type { StrategyName } from './work.js';
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('registrations')
export class RegistrationEntity {
  @PrimaryColumn('uuid', { name: 'workspace_id' })
  workspaceId!: string;

  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'tenant_id' })
  tenantId!: string;

  @Column('uuid', { name: 'connection_id' })
  connectionId!: string;

  @Column('uuid', { name: 'ehr_id' })
  ehrId!: string;

  @Column('uuid', { name: 'application_id' })
  applicationId!: string;

  @Column('integer')
  revision!: number;

  @Column('text')
  environment!: Environment;

  @Column('jsonb', { name: 'client_metadata', default: {} })
  clientMetadata!: ClientMetadata;

  @Column('text', { nullable: true })
  strategy!: StrategyName | null;

  @Column('text')
  status!: RegistrationStatus;

  @Column('text', { nullable: true })
  action!: RegistrationAction | null;

  @Column('jsonb', { nullable: true })
  problem!: ProblemDocument | null;

  @Column('uuid', { name: 'client_id', nullable: true })
  clientId!: string | null;

  @Column('uuid', { name: 'previous_client_id', nullable: true })
  previousClientId!: string | null;

  @Column('bigint', { default: 0 })
  fence!: string;

  @Column('text', { default: 'none' })
  drift!: string;

  @Column('text', { nullable: true })
  proof!: string | null;

  @Column('text', { nullable: true })
  manageable!: string | null;

  @Column('jsonb', { default: [] })
  residue!: Residue[];

  @Column('timestamptz', { name: 'next_rotation_at', nullable: true })
  nextRotationAt!: Date | null;

  @Column('timestamptz', { name: 'next_sync_at', nullable: true })
  nextSyncAt!: Date | null;

  /** Whether next_rotation_at is to be written anew. */
  @Column('boolean', { default: false })
  reschedule!: boolean;

  /** When it was said that what it has is compromised, and it could not be rotated: what was made since is not. */
  @Column('timestamptz', { name: 'compromised_at', nullable: true })
  compromisedAt!: Date | null;

  @Column('timestamptz', { name: 'last_verified_at', nullable: true })
  lastVerifiedAt!: Date | null;

  @Column('text', { name: 'suspended_from', nullable: true })
  suspendedFrom!: string | null;

  @Column('text', { name: 'suspended_action', nullable: true })
  suspendedAction!: RegistrationAction | null;

  @Column('integer', { default: 1 })
  version!: number;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt!: Date;
}
