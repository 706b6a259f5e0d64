import type { ClientMetadata } from '@registrar/dcr';
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('application_overrides')
export class ApplicationOverrideEntity {
  @PrimaryColumn('uuid', { name: 'workspace_id' })
  workspaceId!: string;

  @PrimaryColumn('uuid', { name: 'application_id' })
  applicationId!: string;

  @PrimaryColumn('uuid', { name: 'ehr_id' })
  ehrId!: string;

  @Column('jsonb', { name: 'client_metadata' })
  clientMetadata!: ClientMetadata;

  @Column('integer', { default: 1 })
  version!: number;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt!: Date;
}

/** A row as plain data. */
export type ApplicationOverrideRow = Pick<ApplicationOverrideEntity, keyof ApplicationOverrideEntity>;
