import type { Environment } from '@registrar/database';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { StatementOrigin, StatementStatus } from './stored-statement.js';

/** The statement itself is sealed under (id, software_statement, 1). */
@Entity('software_statements')
export class SoftwareStatementEntity {
  @PrimaryColumn('uuid', { name: 'workspace_id' })
  workspaceId!: string;

  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'authorization_server_id' })
  authorizationServerId!: string;

  @Column('uuid', { name: 'ehr_id' })
  ehrId!: string;

  @Column('text')
  environment!: Environment;

  @Column('uuid', { name: 'tenant_id', nullable: true })
  tenantId!: string | null;

  @Column('uuid', { name: 'application_id' })
  applicationId!: string;

  @Column('text')
  origin!: StatementOrigin;

  @Column('text')
  iss!: string;

  @Column('text', { nullable: true })
  jti!: string | null;

  @Column('text', { name: 'software_id', nullable: true })
  softwareId!: string | null;

  @Column('text')
  alg!: string;

  @Column('text')
  signature!: 'verified' | 'unverified';

  @Column('jsonb')
  claims!: Record<string, unknown>;

  @Column('text')
  digest!: string;

  @Column('text', { name: 'pinned_origin' })
  pinnedOrigin!: string;

  @Column('text', { default: 'available' })
  status!: StatementStatus;

  @Column('integer', { default: 0 })
  failures!: number;

  @Column('timestamptz', { name: 'expires_at', nullable: true })
  expiresAt!: Date | null;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
}

/** A row as plain data. */
export type SoftwareStatementRow = Pick<SoftwareStatementEntity, keyof SoftwareStatementEntity>;
