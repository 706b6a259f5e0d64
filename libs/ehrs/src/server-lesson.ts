import type { Quirks } from '@registrar/dcr';

/** What a server's own answers taught, e.g. `{jwksMode: ['inline']}` after a 400 on `jwks_uri`. */
export interface Lesson {
  readonly authorizationServerId: string;
  readonly quirks?: Partial<Quirks>;
  /** What it answers to a wrong credential, e.g. `invalid_client`: the control that a proof is judged against. */
  readonly proofControl?: string;
}
