import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { TextDigest } from '@registrar/vault';

/** Bytes that were written once and are read once; what they are is known before the first is read. */
export interface Spooled {
  readonly sha256: string;
  readonly bytes: number;
  /** Gives them out; they are gone afterwards, also when the reader goes away. */
  stream(): Readable;
  discard(): Promise<void>;
}

/** Writes text, part by part, into a file that only this process's user reads, so that no report is held in memory. */
export async function spool(parts: AsyncIterable<string>): Promise<Spooled> {
  const folder = await mkdtemp(join(tmpdir(), 'registrar-report-'));
  const discard = () => rm(folder, { recursive: true, force: true });
  try {
    const digest = new TextDigest();
    const path = join(folder, 'report');
    const file = await open(path, 'wx', 0o600);
    let bytes = 0;
    try {
      for await (const part of parts) {
        const buffer = Buffer.from(part);
        digest.update(buffer);
        bytes += buffer.length;
        await file.write(buffer);
      }
    } finally {
      await file.close();
    }
    const reading = await open(path, 'r');
    // Nothing but this one reader needs the name any more.
    await discard();
    return {
      sha256: digest.hex(),
      bytes,
      stream: () => reading.createReadStream({ autoClose: true }),
      discard: () => reading.close(),
    };
  } catch (error) {
    await discard();
    throw error;
  }
}
