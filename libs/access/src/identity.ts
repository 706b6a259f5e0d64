/** What an OpenID provider says of somebody, after its signature was checked. */
export interface Identity {
  /** Which workspace it speaks of. */
  readonly workspaceId: string;
  readonly issuer: string;
  /** Never given to anybody else by this issuer. */
  readonly subject: string;
  readonly name: string;
  /** The values of the claim that roles are mapped from. */
  readonly groups: readonly string[];
}
