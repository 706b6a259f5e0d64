import type { Environment } from '@registrar/database';
import type { ProposedTransport, StoredTransport } from './ehr-transport.js';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { ClientScope, EhrLimits, EhrStatus, RegistrationMode, StoredDiscovery } from './ehr.js';

@Entity('ehrs')
export class EhrEntity {
  @PrimaryColumn('uuid', { name: 'workspace_id' })
  workspaceId!: string;

  @PrimaryColumn('uuid')
  id!: string;

  @Column('text')
  name!: string;

  @Column('text')
  environment!: Environment;

  @Column('text')
  vendor!: string;

  @Column('text', { name: 'fhir_base_url', nullable: true })
  fhirBaseUrl!: string | null;

  @Column('text', { nullable: true })
  issuer!: string | null;

  @Column('uuid', { name: 'tenant_id', nullable: true })
  tenantId!: string | null;

  @Column('uuid', { name: 'authorization_server_id', nullable: true })
  authorizationServerId!: string | null;

  @Column('text', { name: 'registration_mode', default: 'auto' })
  registrationMode!: RegistrationMode;

  @Column('text', { name: 'client_scope', default: 'registration' })
  clientScope!: ClientScope;

  @Column('jsonb', { default: {} })
  limits!: EhrLimits;

  @Column('jsonb', { nullable: true })
  discovery!: StoredDiscovery | null;

  @Column('timestamptz', { name: 'discovered_at', nullable: true })
  discoveredAt!: Date | null;

  @Column('text')
  status!: EhrStatus;

  @Column('timestamptz', { name: 'suspended_at', nullable: true })
  suspendedAt!: Date | null;

  /** What its server needs beside the rules for all, as it was approved. */
  @Column('jsonb', { nullable: true })
  transport!: StoredTransport | null;

  /** Grows with each that was approved; null: none was. */
  @Column('integer', { name: 'transport_version', nullable: true })
  transportVersion!: number | null;

  /** What waits for an approval. */
  @Column('jsonb', { name: 'proposed_transport', nullable: true })
  proposedTransport!: ProposedTransport | null;

  @Column('integer', { default: 1 })
  version!: number;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt!: Date;
}

/** A row as plain data. */
export type EhrRow = Pick<EhrEntity, keyof EhrEntity>;
