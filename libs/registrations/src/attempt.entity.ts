import type { ClientMetadata } from '@registrar/dcr';
import type { AttemptKind, AttemptStatus } from './operation-status.js';
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('attempts')
export class AttemptEntity {
  @PrimaryColumn('uuid', { name: 'workspace_id' })
  workspaceId!: string;

  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'tenant_id' })
  tenantId!: string;

  @Column('uuid', { name: 'registration_id' })
  registrationId!: string;

  @Column('uuid', { name: 'operation_id' })
  operationId!: string;

  @Column('uuid', { name: 'authorization_server_id' })
  authorizationServerId!: string;

  @Column('text')
  kind!: AttemptKind;

  @Column('text')
  status!: AttemptStatus;

  @Column('bigint')
  fence!: string;

  @Column('text')
  marker!: string;

  @Column('text', { name: 'marker_member', nullable: true })
  markerMember!: string | null;

  @Column('text')
  url!: string;

  @Column('jsonb')
  metadata!: ClientMetadata;

  @Column('text', { name: 'metadata_digest' })
  metadataDigest!: string;

  @Column('uuid', { name: 'initial_access_token_id', nullable: true })
  initialAccessTokenId!: string | null;

  @Column('uuid', { name: 'software_statement_id', nullable: true })
  softwareStatementId!: string | null;

  @Column('integer', { name: 'upstream_status', nullable: true })
  upstreamStatus!: number | null;

  @Column('jsonb', { nullable: true })
  outcome!: Record<string, unknown> | null;

  @Column('text', { name: 'upstream_client_id', nullable: true })
  upstreamClientId!: string | null;

  @Column('text', { name: 'local_address', nullable: true })
  localAddress!: string | null;

  @Column('jsonb', { nullable: true })
  correlation!: Record<string, string> | null;

  @Column('uuid', { name: 'answer_key_id', nullable: true })
  answerKeyId!: string | null;

  @Column('bytea', { nullable: true })
  answer!: Buffer | null;

  @Column('jsonb', { nullable: true })
  evidence!: Record<string, unknown> | null;

  @Column('timestamptz', { name: 'started_at' })
  startedAt!: Date;

  @Column('timestamptz', { name: 'deadline_at' })
  deadlineAt!: Date;

  @Column('timestamptz', { name: 'finished_at', nullable: true })
  finishedAt!: Date | null;
}
