/** Who can mend a finding. */
export type Mender = 'product_team' | 'ehr_administrator' | 'customer_success' | 'registrar_operator';

/** One thing that the linter has to say about a document. With an `error` the document must not be sent. */
export interface Finding {
  /** The rule's id, stable. */
  readonly id: string;
  readonly severity: 'error' | 'warning' | 'info';
  /** The member of the document that it is about. */
  readonly member?: string;
  /** Plain words, fit to be shown. */
  readonly says: string;
  readonly mends: Mender;
}
