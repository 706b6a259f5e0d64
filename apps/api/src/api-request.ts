import type { Principal } from '@registrar/access';
import type { Request } from 'express';

/** A request as the parts of the api know it. */
export interface ApiRequest extends Request {
  requestId: string;
  /** Set by the authentication; absent on public routes. */
  principal?: Principal;
  /** The code of the problem that it ended with, for the log. */
  problemCode?: string;
}
