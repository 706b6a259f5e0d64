import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Routing table of one row: which worker makes checkpoints, and how many entries there were when it last did. */
@Entity('checkpoint_turns')
export class CheckpointTurnEntity {
  @PrimaryColumn('boolean')
  one!: boolean;

  @Column('bigint')
  appended!: string;

  @Column('timestamptz', { name: 'taken_at' })
  takenAt!: Date;

  @Column('timestamptz', { name: 'held_until' })
  heldUntil!: Date;

  @Column('uuid', { nullable: true })
  holder!: string | null;
}
