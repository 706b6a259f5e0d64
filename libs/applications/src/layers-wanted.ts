/** Which template is wanted, for which EHR. Without a revision: the current one. */
export interface LayersWanted {
  readonly applicationId: string;
  readonly ehrId: string;
  readonly revision?: number;
}
