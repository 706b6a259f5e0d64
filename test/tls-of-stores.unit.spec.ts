import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSecureContext, TLSSocket } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '@registrar/secret';
import { createDataSource } from '../libs/database/src/data-source.js';
import { redisQueue } from '../libs/jobs/src/queue-backend.js';
import { testAuthority, type TestAuthority } from './hostile/certificates.js';

const PG_SSL_REQUEST = '0000000804d2162f';

let authority: TestAuthority;
let folder: string;
let server: Server;
let heard: { clear: string; inside: string };

/** A server of that protocol that takes TLS alone: writes down what came before it and what came within. */
async function listen(protocol: 'postgres' | 'redis'): Promise<number> {
  const { key, cert } = authority.issue('localhost');
  const secureContext = createSecureContext({ key, cert });
  const secure = (socket: Socket) => {
    const within = new TLSSocket(socket, { isServer: true, secureContext });
    within.on('error', () => undefined);
    within.on('data', (data: Buffer) => {
      heard.inside += data.toString('latin1');
      within.destroy();
    });
  };
  server = createServer((socket) => {
    socket.on('error', () => undefined);
    if (protocol === 'redis') secure(socket);
    else
      socket.once('data', (data) => {
        heard.clear += data.toString('hex');
        socket.write('S');
        secure(socket);
      });
  });
  await new Promise<void>((resolve) => server.listen(0, resolve));
  return (server.address() as AddressInfo).port;
}

beforeEach(() => {
  authority = testAuthority();
  folder = mkdtempSync(join(tmpdir(), 'registrar-stores-'));
  writeFileSync(join(folder, 'ca.pem'), authority.cert);
  heard = { clear: '', inside: '' };
});
afterEach(async () => {
  authority.remove();
  rmSync(folder, { recursive: true });
  await new Promise((resolve) => server.close(resolve));
});

describe('PostgreSQL with sslmode=verify-full (OWASP ASVS 12.3.1, 12.3.2)', () => {
  const connect = (port: number, query: string) =>
    createDataSource({
      url: `postgresql://app:hunter2@localhost:${port}/registrar?${query}`,
      poolSize: 1,
      applicationName: 'tls',
    }).initialize();

  it('is told nothing where its certificate is of nobody who is known', async () => {
    const port = await listen('postgres');
    await expect(connect(port, 'sslmode=verify-full')).rejects.toThrow(/self-signed|unable to (get|verify)/);
    expect(heard).toEqual({ clear: PG_SSL_REQUEST, inside: '' });
  });

  it('is told who comes where it is of an authority that sslrootcert names', async () => {
    const port = await listen('postgres');
    await expect(connect(port, `sslmode=verify-full&sslrootcert=${join(folder, 'ca.pem')}`)).rejects.toThrow();
    expect(heard.clear).toBe(PG_SSL_REQUEST);
    expect(heard.inside).toContain('registrar');
  });
});

describe('Redis at rediss: (OWASP ASVS 12.3.1, 12.3.2)', () => {
  it('is told nothing where its certificate is of nobody who is known', async () => {
    const port = await listen('redis');
    const queue = redisQueue(Secret.of(`rediss://app:hunter2@localhost:${port}`), 'tls').queue('tls');
    const error = await new Promise<Error>((resolve) => queue.on('error', resolve));
    expect(error.message).toMatch(/self-signed|unable to (get|verify)/);
    expect(heard).toEqual({ clear: '', inside: '' });
    await queue.close().catch(() => undefined);
  });
});
