import type { SealSubject } from './vault.js';

/** Where a table holds sealed values. Each library names its own, so that they can be sealed anew under another data key. */
export interface SealedPlace {
  readonly table: string;
  /** The column that names the data key. */
  readonly key: string;
  /** The column of the sealed value. */
  readonly sealed: string;
  /** The columns that find a row within its workspace, with their types. */
  readonly row: Readonly<Record<string, 'uuid' | 'text' | 'integer'>>;
  /** What the value of a row is sealed under. */
  subjectOf(row: Readonly<Record<string, unknown>>): SealSubject;
}

/** The credentials, in the table `secrets`. */
export const secretsPlace: SealedPlace = {
  table: 'secrets',
  key: 'key_id',
  sealed: 'sealed',
  row: { subject_id: 'uuid', kind: 'text', version: 'integer' },
  subjectOf: (row) => ({ subjectId: String(row['subject_id']), kind: String(row['kind']), version: Number(row['version']) }),
};
