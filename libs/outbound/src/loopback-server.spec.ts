import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';

/** A server on a loopback address that says byte for byte what the test tells it to. */
export interface LoopbackServer {
  readonly port: number;
  readonly url: string;
  /** Connections and requests' bytes, as they came in. */
  readonly connections: Socket[];
  readonly received: () => string;
  readonly close: () => Promise<void>;
}

/** Answers on the first data of each request; `say` may write, wait, end or destroy. */
export function listen(say: (socket: Socket, request: string) => void, tls?: TlsOptions, host = '127.0.0.1'): Promise<LoopbackServer> {
  const connections: Socket[] = [];
  let text = '';
  const accept = (socket: Socket): void => {
    connections.push(socket);
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1');
      say(socket, bytes.toString('latin1'));
    });
  };
  const server: Server = tls === undefined ? createServer({ allowHalfOpen: true }, accept) : createTlsServer(tls, accept);
  server.on('tlsClientError', () => undefined);
  return new Promise((resolve) => {
    server.listen(0, host, () => {
      const { port } = server.address() as AddressInfo;
      const close = (): Promise<void> => {
        for (const socket of connections) socket.destroy();
        return new Promise((done) => {
          server.close(() => {
            done();
          });
        });
      };
      const url = `http${tls === undefined ? '' : 's'}://${host.includes(':') ? `[${host}]` : host}:${port}`;
      resolve({ port, url, connections, received: () => text, close });
    });
  });
}

/** A whole answer as text. */
export function answer(body: string, headers: Record<string, string> = {}, status = '200 OK'): string {
  const all = { 'content-length': String(Buffer.byteLength(body)), ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status}\r\n${lines.join('')}\r\n${body}`;
}

/** A self-signed certificate for `name`, made now and valid for two days, or one of the year 2020. */
export function certificate(name: string, expired = false): { key: string; cert: string } {
  const folder = mkdtempSync(join(tmpdir(), 'outbound-'));
  const openssl = (...args: string[]): void => void execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });
  const request = ['req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', 'key.pem'];
  const named = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`];
  if (expired) {
    const config =
      '[ca]\ndefault_ca=d\n[d]\ndatabase=index\nserial=serial\nnew_certs_dir=.\ndefault_md=sha256\npolicy=p\ncopy_extensions=copy\n[p]\n';
    writeFileSync(join(folder, 'ca.conf'), `${config}commonName=supplied\n`);
    writeFileSync(join(folder, 'index'), '');
    writeFileSync(join(folder, 'serial'), '01\n');
    openssl(...request, ...named, '-out', 'request.pem');
    const dates = ['-startdate', '20200101000000Z', '-enddate', '20200102000000Z'];
    const sign = ['ca', '-batch', '-selfsign', '-config', 'ca.conf', '-keyfile', 'key.pem', '-notext'];
    openssl(...sign, ...dates, '-in', 'request.pem', '-out', 'cert.pem');
  } else openssl(...request, ...named, '-x509', '-days', '2', '-out', 'cert.pem');
  const pair = { key: readFileSync(join(folder, 'key.pem'), 'utf8'), cert: readFileSync(join(folder, 'cert.pem'), 'utf8') };
  rmSync(folder, { recursive: true });
  return pair;
}
