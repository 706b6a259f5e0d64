import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The last position of a workspace; its lock is held until the commit. */
@Entity('event_heads')
export class EventHeadEntity {
  @PrimaryColumn('uuid', { name: 'workspace_id' })
  workspaceId!: string;

  @Column('bigint')
  position!: string;
}
