import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Outbound } from '@registrar/outbound';
import { checkpointsProblem } from './checkpoints.problems.js';

/** Where checkpoints go: away from the database, so that whoever can change it cannot change them too. */
export interface CheckpointSink {
  /** Ends when the lines are out of this process. The same line may come again after a crash. @throws where it is not sure that they are. */
  send(lines: readonly string[]): Promise<void>;
}

const WEBHOOK_MS = 10_000;
const ANSWER_BYTES = 65_536;

/** @param where `stdout`, `file:PATH`, or the https address of a webhook. */
export function openCheckpointSink(where: string, outbound: Outbound): CheckpointSink {
  if (where === 'stdout') return { send: writeOut };
  if (where.startsWith('file:')) return { send: (lines) => appendTo(where.slice('file:'.length), lines) };
  return { send: (lines) => post(outbound, where, lines) };
}

function writeOut(lines: readonly string[]): Promise<void> {
  return new Promise((done, failed) => {
    process.stdout.write(textOf(lines), (error) => {
      if (error) failed(error);
      else done();
    });
  });
}

/** What is written is on the disk before it counts as sent. */
async function appendTo(path: string, lines: readonly string[]): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const file = await open(path, 'a', 0o600);
  try {
    await file.appendFile(textOf(lines));
    await file.sync();
  } finally {
    await file.close();
  }
}

async function post(outbound: Outbound, url: string, lines: readonly string[]): Promise<void> {
  const { status } = await outbound.request({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/x-ndjson' },
    body: textOf(lines),
    deadlineMs: WEBHOOK_MS,
    maxBytes: ANSWER_BYTES,
    connection: 'fresh',
    partition: 'checkpoints',
  });
  if (status < 200 || status > 299) throw checkpointsProblem('checkpoints.not_taken', { detail: `It answered ${status}.` });
}

function textOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}
