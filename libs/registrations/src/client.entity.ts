import type { Environment } from '@registrar/database';
import type { ClientMetadata } from '@registrar/dcr';
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('clients')
export class ClientEntity {
  @PrimaryColumn('uuid', { name: 'workspace_id' })
  workspaceId!: string;

  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'tenant_id', nullable: true })
  tenantId!: string | null;

  @Column('uuid', { name: 'authorization_server_id' })
  authorizationServerId!: string;

  @Column('uuid', { name: 'application_id' })
  applicationId!: string;

  @Column('text')
  environment!: Environment;

  @Column('text')
  scope!: 'registration' | 'application';

  @Column('text', { name: 'client_id' })
  clientId!: string;

  @Column('uuid', { name: 'key_set_id', nullable: true })
  keySetId!: string | null;

  @Column('text', { name: 'token_endpoint_auth_method' })
  tokenEndpointAuthMethod!: string;

  @Column('text', { name: 'signing_alg', nullable: true })
  signingAlg!: string | null;

  @Column('text', { name: 'registration_client_uri', nullable: true })
  registrationClientUri!: string | null;

  @Column('boolean', { name: 'registration_client_uri_usable', default: false })
  registrationClientUriUsable!: boolean;

  @Column('boolean', { name: 'has_registration_access_token', default: false })
  hasRegistrationAccessToken!: boolean;

  @Column('jsonb', { name: 'requested_metadata' })
  requestedMetadata!: ClientMetadata;

  @Column('jsonb', { name: 'granted_metadata' })
  grantedMetadata!: ClientMetadata;

  @Column('integer', { name: 'registration_access_token_version', default: 1 })
  registrationAccessTokenVersion!: number;

  @Column('timestamptz', { name: 'registration_access_token_expires_at', nullable: true })
  registrationAccessTokenExpiresAt!: Date | null;

  @Column('timestamptz', { name: 'registration_access_token_renew_at', nullable: true })
  registrationAccessTokenRenewAt!: Date | null;

  @Column('timestamptz', { name: 'expires_at', nullable: true })
  expiresAt!: Date | null;

  @Column('text', { default: 'live' })
  status!: 'live' | 'orphaned' | 'deleted';

  @Column('timestamptz', { name: 'ended_at', nullable: true })
  endedAt!: Date | null;

  @Column('text', { name: 'ended_by', nullable: true })
  endedBy!: string | null;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt!: Date;
}
