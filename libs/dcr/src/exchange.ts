import type { OutboundCode } from '@registrar/outbound';

/**
 * One exchange with an upstream as it happened: raw bytes, nothing parsed. `answered`: a whole answer came. `not_sent`: no byte
 * of the request can have left. `lost`: bytes may have left and no whole answer came; `status` and `headers` are kept where
 * they had arrived. It may hold secrets that the server issued: seal it (`encodeExchange`) before it is parsed (H-31).
 */
export interface Exchange {
  readonly kind: 'answered' | 'not_sent' | 'lost';
  readonly method: string;
  /** Where it was sent to. */
  readonly url: string;
  readonly status?: number;
  /** Lower-case names; several of one name joined by `, `. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** Why it is not `answered`. */
  readonly failure?: OutboundCode;
  readonly sentAt: Date;
  readonly finishedAt: Date;
  /** The address that it left from: what a hospital's administrator finds in a log. */
  readonly localAddress?: string;
}
