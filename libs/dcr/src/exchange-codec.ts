import type { OutboundCode } from '@registrar/outbound';
import type { Exchange } from './exchange.js';

const VERSION = 1;
const PREFIX_BYTES = 5;

/** What stands before the body. Short names: one is stored for each attempt. */
interface Head {
  readonly k: Exchange['kind'];
  readonly m: string;
  readonly u: string;
  readonly s?: number;
  readonly h?: Record<string, string>;
  readonly f?: OutboundCode;
  readonly t: number;
  readonly e: number;
  readonly a?: string;
  /** Whether there was a body at all: an empty one is not the same as none. */
  readonly b: boolean;
}

/**
 * The bytes that the journal seals: one version byte, the length of the head (32 bits, big endian), the head as JSON, the body
 * as it came. The plain bytes can hold secrets, so they go nowhere but into a seal.
 */
export function encodeExchange(exchange: Exchange): Uint8Array {
  const head: Head = {
    k: exchange.kind,
    m: exchange.method,
    u: exchange.url,
    ...(exchange.status === undefined ? {} : { s: exchange.status }),
    ...(exchange.headers === undefined ? {} : { h: { ...exchange.headers } }),
    ...(exchange.failure === undefined ? {} : { f: exchange.failure }),
    t: exchange.sentAt.getTime(),
    e: exchange.finishedAt.getTime(),
    ...(exchange.localAddress === undefined ? {} : { a: exchange.localAddress }),
    b: exchange.body !== undefined,
  };
  const json = Buffer.from(JSON.stringify(head));
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix.writeUInt8(VERSION, 0);
  prefix.writeUInt32BE(json.byteLength, 1);
  return Buffer.concat([prefix, json, exchange.body ?? new Uint8Array(0)]);
}

/**
 * The reverse of `encodeExchange`, byte for byte.
 * @throws RangeError when the bytes are not what it wrote; they come out of our own seal, so that is a fault of ours.
 */
export function decodeExchange(bytes: Uint8Array): Exchange {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer.byteLength < PREFIX_BYTES || buffer.readUInt8(0) !== VERSION) throw new RangeError('These are not the bytes of an exchange');
  const end = PREFIX_BYTES + buffer.readUInt32BE(1);
  if (end > buffer.byteLength) throw new RangeError('The bytes of this exchange are cut');
  const head = JSON.parse(buffer.toString('utf8', PREFIX_BYTES, end)) as Head;
  return {
    kind: head.k,
    method: head.m,
    url: head.u,
    ...(head.s === undefined ? {} : { status: head.s }),
    ...(head.h === undefined ? {} : { headers: head.h }),
    ...(head.b ? { body: Uint8Array.from(buffer.subarray(end)) } : {}),
    ...(head.f === undefined ? {} : { failure: head.f }),
    sentAt: new Date(head.t),
    finishedAt: new Date(head.e),
    ...(head.a === undefined ? {} : { localAddress: head.a }),
  };
}
