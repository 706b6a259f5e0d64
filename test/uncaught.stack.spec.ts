import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startStack, type Stack } from './support/index.js';

const CANARY = 'canary-4b1f0f0a9d';
/** In pieces, because a stack names the script. */
const VALUE = `'${CANARY.split('-').join("' + '-' + '")}'`;
/** Throws where nobody catches, an error that carries what a database's or a queue's errors carry: the values of the statement. */
const THROWS = `process.on('SIGUSR2', () => { throw Object.assign(new TypeError('nobody catches this'), { parameters: [${VALUE}] }); });`;
const REJECTS = `process.on('SIGHUP', () => { Promise.reject(Object.assign(new Error('nobody waits for this'), { command: { args: [${VALUE}] } })); });`;

let stack: Stack;
beforeAll(async () => {
  const script = `data:text/javascript,${encodeURIComponent(THROWS + REJECTS)}`;
  stack = await startStack({ sandbox: false, env: { NODE_OPTIONS: `--import ${script}` } });
});
afterAll(() => stack.stop());

describe.each(['api', 'worker'] as const)('an error outside of any request in the %s', (name) => {
  it.each([
    ['SIGUSR2', 'nobody catches this'],
    ['SIGHUP', 'nobody waits for this'],
  ] as const)(
    '%s: ends it with status 1 and one line that tells the words, and none of what the error carries (T18, OWASP ASVS 16.5.4)',
    async (signal, words) => {
      const part = name === 'api' ? stack.api : stack.workers[0];
      if (!part) throw new Error('There is no worker');
      const from = part.lines.length;
      await part.kill(signal);
      expect((await part.ended).code).toBe(1);
      const said = part.lines.slice(from);
      const fatal = said
        .flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as { level: number }] : []))
        .filter(({ level }) => level === 60);
      expect(fatal).toHaveLength(1);
      expect(JSON.stringify(fatal)).toContain(words);
      expect(said.join('\n')).not.toContain(CANARY);
      await part.restart();
    },
  );
});
