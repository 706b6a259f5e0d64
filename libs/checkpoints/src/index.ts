export { CheckpointMaker } from './checkpoint-maker.js';
export type { CheckpointMakerParts } from './checkpoint-maker.js';
export { openCheckpointSink } from './checkpoint-sink.js';
export type { CheckpointSink } from './checkpoint-sink.js';
export { StoredCheckpoints } from './stored-checkpoints.js';
export { readCheckpoints } from './read-checkpoints.js';
export type { ReadCheckpoints } from './read-checkpoints.js';
export { CHECKPOINT_TYPE } from './checkpoint.js';
export { checkpointsEntities } from './checkpoints.entity.js';
