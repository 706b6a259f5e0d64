import type { PublicJwk } from '@registrar/keys';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A key that a workspace signs statements with; its private half is sealed under (id, statement_key, 1). */
@Entity('statement_keys')
export class StatementKeyEntity {
  @PrimaryColumn('uuid', { name: 'workspace_id' })
  workspaceId!: string;

  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'key_set_id' })
  keySetId!: string;

  /** The address of the key set, which is the issuer's name in each statement. */
  @Column('text')
  url!: string;

  @Column('text')
  alg!: string;

  @Column('jsonb', { name: 'public_jwk' })
  publicJwk!: PublicJwk;

  /** It is published from its creation, and signs from then on, until another of its algorithm does. */
  @Column('timestamptz', { name: 'signs_from' })
  signsFrom!: Date;

  /** When the last statement that it has signed ends; null while there is none. */
  @Column('timestamptz', { name: 'needed_until', nullable: true })
  neededUntil!: Date | null;

  /** Since when it is published no more. */
  @Column('timestamptz', { name: 'retired_at', nullable: true })
  retiredAt!: Date | null;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
}

export type StatementKeyRow = Pick<StatementKeyEntity, keyof StatementKeyEntity>;
