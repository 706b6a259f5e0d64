import type { ClientMetadata } from '@registrar/dcr';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Immutable: the app's role may only insert and read. */
@Entity('application_revisions')
export class ApplicationRevisionEntity {
  @PrimaryColumn('uuid', { name: 'workspace_id' })
  workspaceId!: string;

  @PrimaryColumn('uuid', { name: 'application_id' })
  applicationId!: string;

  @PrimaryColumn('integer')
  number!: number;

  @Column('uuid')
  id!: string;

  @Column('jsonb', { name: 'client_metadata' })
  clientMetadata!: ClientMetadata;

  @Column('jsonb', { name: 'required_scopes', default: [] })
  requiredScopes!: string[];

  @Column('jsonb', { name: 'optional_scopes', default: [] })
  optionalScopes!: string[];

  @Column('text', { name: 'launch_url', nullable: true })
  launchUrl!: string | null;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
}

/** A row as plain data. */
export type ApplicationRevisionRow = Pick<ApplicationRevisionEntity, keyof ApplicationRevisionEntity>;
