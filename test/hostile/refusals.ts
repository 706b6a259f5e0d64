import { connect } from 'node:net';
import { expect } from 'vitest';

export interface Refusal {
  code: string;
  detail: string;
  request_id: string;
  errors?: { pointer: string; code: string }[];
}

/** A problem as every failure is answered: with its request id, and nothing of the inside. */
export function isRefused(answer: { status: number; headers: Headers; body: Refusal }, status: number, code: string | RegExp): void {
  expect(answer.status).toBe(status);
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
  expect(answer.body.code).toMatch(code);
  expect(answer.body.request_id).toBe(answer.headers.get('x-request-id'));
  expect(JSON.stringify(answer.body)).not.toMatch(/ at .*\.js:\d|node_modules|SELECT /);
}

/** One exchange on a bare socket: what came back, and that the connection was closed. */
export function exchange(baseUrl: string, ...parts: string[]): Promise<string> {
  const { hostname, port } = new URL(baseUrl);
  return new Promise((resolve) => {
    let heard = '';
    const socket = connect(Number(port), hostname, () => {
      for (const part of parts) socket.write(part);
    });
    socket.on('data', (chunk) => (heard += chunk.toString('latin1')));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      resolve(heard);
    });
  });
}
