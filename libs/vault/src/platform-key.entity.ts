import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Routing table without row-level security: wrapped bytes only. */
@Entity('platform_keys', { schema: 'keyring' })
export class PlatformKeyEntity {
  @PrimaryColumn('text')
  purpose!: string;

  @Column('uuid')
  id!: string;

  @Column('text', { name: 'kek_id' })
  kekId!: string;

  @Column('integer', { name: 'kek_version' })
  kekVersion!: number;

  @Column('bytea')
  wrapped!: Buffer;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
}
