import { createServer } from 'node:net';

/** What a person types to reach a service that listens there. */
export function addressOf(host: string, port: number): string {
  const own = ['0.0.0.0', '::', '127.0.0.1', '::1', ''].includes(host);
  return `http://${own ? 'localhost' : host.includes(':') ? `[${host}]` : host}:${port}`;
}

/**
 * Ends with plain words, before anything is started, where the port is taken.
 * @returns the port; a free one for 0
 */
export async function claimPort(host: string, port: number, setting: string, command = 'npm start'): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => {
      reject(new Error(inWords(error.code ?? error.message, host, port, (value) => `${setting}=${value} ${command}`)));
    });
    probe.listen(port, host, () => {
      const bound = probe.address();
      probe.close(() => {
        resolve(typeof bound === 'object' && bound !== null ? bound.port : port);
      });
    });
  });
}

function inWords(code: string, host: string, port: number, again: (value: number) => string): string {
  if (code === 'EADDRINUSE') {
    return `Port ${port} is taken by another program. Stop that one, or choose another port: ${again(port + 1)}`;
  }
  if (code === 'EACCES') return `Port ${port} may be used by root only. Choose one above 1023: ${again(3000)}`;
  if (code === 'EADDRNOTAVAIL') return `This machine has no address ${host}: mend HOST.`;
  return `Port ${port} on ${host} cannot be used (${code}).`;
}
