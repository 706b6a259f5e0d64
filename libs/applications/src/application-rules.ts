/** What is allowed here. */
export interface ApplicationRules {
  /** Whether redirect and launch URLs may be http on a loopback address: outside production only. */
  readonly loopbackAllowed: boolean;
}
