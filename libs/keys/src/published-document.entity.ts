import type { PublishedDocument } from './published-document.js';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Routing table without row-level security: public bytes only. */
@Entity('published_documents')
export class PublishedDocumentEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('text')
  kind!: PublishedDocument['kind'];

  @Column('text')
  url!: string;

  @Column('text')
  body!: string;

  @Column('text')
  etag!: string;

  /** When each key was served first and last, by its kid: JSON. */
  @Column('text', { default: '{}' })
  served!: string;

  /** The work item that is woken by the next fetch. */
  @Column('uuid', { name: 'awaited_by', nullable: true })
  awaitedBy!: string | null;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt!: Date;
}
