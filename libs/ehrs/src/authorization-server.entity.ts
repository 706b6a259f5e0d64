import type { Environment } from '@registrar/database';
import type { Capabilities, Endpoints, Quirks } from '@registrar/dcr';
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('authorization_servers')
export class AuthorizationServerEntity {
  @PrimaryColumn('uuid', { name: 'workspace_id' })
  workspaceId!: string;

  @PrimaryColumn('uuid')
  id!: string;

  @Column('text')
  environment!: Environment;

  @Column('text')
  identity!: string;

  @Column('text', { nullable: true })
  issuer!: string | null;

  @Column('boolean', { name: 'issuer_confirmed', default: false })
  issuerConfirmed!: boolean;

  @Column('text')
  vendor!: string;

  @Column('jsonb', { default: {} })
  endpoints!: Endpoints;

  @Column('jsonb', { default: {} })
  capabilities!: Capabilities;

  @Column('jsonb', { name: 'declared_quirks', default: {} })
  declaredQuirks!: Partial<Quirks>;

  @Column('jsonb', { name: 'learned_quirks', default: {} })
  learnedQuirks!: Partial<Quirks>;

  @Column('text', { name: 'proof_control', nullable: true })
  proofControl!: string | null;

  @Column('jsonb', { name: 'approved_origins', default: [] })
  approvedOrigins!: string[];

  /** Since when no scheduled rotation starts here, because too many of the last ones failed. */
  @Column('timestamptz', { name: 'rotations_stopped_at', nullable: true })
  rotationsStoppedAt!: Date | null;

  /** Failures before this moment count no more: a person has looked. */
  @Column('timestamptz', { name: 'rotations_resumed_at', nullable: true })
  rotationsResumedAt!: Date | null;

  @Column('integer', { default: 1 })
  version!: number;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt!: Date;
}

/** A row as plain data. */
export type AuthorizationServerRow = Pick<AuthorizationServerEntity, keyof AuthorizationServerEntity>;
