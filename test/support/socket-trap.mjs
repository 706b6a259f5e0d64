// Preloaded into a program under test (NODE_OPTIONS=--import): writes down who opens a socket, asks a name server or starts
// a program, and refuses everybody but libs/outbound, pg and the Redis clients. Listening is not opening.
import childProcess from 'node:child_process';
import dgram from 'node:dgram';
import dns from 'node:dns';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { SourceMap, syncBuiltinESMExports } from 'node:module';
import net from 'node:net';
import { fileURLToPath } from 'node:url';

const FILE = process.env.SOCKET_TRAP;
const OWNERS = [
  ['outbound', /\/libs\/outbound\/src\//],
  ['pg', /\/node_modules\/pg\//],
  ['redis', /\/node_modules\/ioredis\//],
];
const own = import.meta.url;

const maps = new Map();

/** What a place in a program that is bundled was made from; any other file is itself. */
function sourceOf(site) {
  const file = site.getFileName() ?? '';
  if (!file.includes('/dist/programs/')) return file;
  if (!maps.has(file)) maps.set(file, readMap(`${fileURLToPath(file)}.map`));
  return maps.get(file)?.findEntry(site.getLineNumber() - 1, site.getColumnNumber() - 1).originalSource ?? file;
}

// The bundler's own lines have none.
const readMap = (file) => (existsSync(file) ? new SourceMap(JSON.parse(readFileSync(file, 'utf8'))) : undefined);

/** The sources on the stack, innermost first. */
function files() {
  const { prepareStackTrace, stackTraceLimit } = Error;
  Error.stackTraceLimit = 60;
  Error.prepareStackTrace = (_error, sites) => sites;
  const sites = new Error().stack;
  Object.assign(Error, { prepareStackTrace, stackTraceLimit });
  return sites.map(sourceOf).filter((file) => file !== '' && file !== own);
}

function judge(what, target) {
  const stack = files();
  const owner = OWNERS.find(([, path]) => stack.some((file) => path.test(file)))?.[0] ?? null;
  const origin = stack.find((file) => !file.startsWith('node:')) ?? stack[0] ?? '';
  appendFileSync(FILE, `${JSON.stringify({ pid: process.pid, what, target, owner, origin })}\n`);
  if (owner === null) throw Object.assign(new Error(`trapped: ${what} ${target} by ${origin}`), { code: 'ETRAPPED' });
}

/** Puts a judge before a function; the function is what it was for everything else. */
function guard(holder, name, what, targetOf) {
  const original = holder[name];
  if (typeof original !== 'function') return;
  holder[name] = Object.assign(function (...args) {
    const target = targetOf(args);
    // An address needs no name server; listening asks for its own like that.
    if (what !== 'dns' || net.isIP(target) === 0) judge(what, target);
    return Reflect.apply(original, this, args);
  }, original);
}

function address(args) {
  const [first, second] = Array.isArray(args[0]) ? args[0] : args;
  if (typeof first === 'object' && first !== null) return first.path ?? `${first.host ?? 'localhost'}:${first.port}`;
  return typeof first === 'number' ? `${typeof second === 'string' ? second : 'localhost'}:${first}` : String(first);
}

// Every TCP, TLS, HTTP and fetch connection of Node comes through here: a TLSSocket is a Socket.
guard(net.Socket.prototype, 'connect', 'connect', address);
guard(dgram.Socket.prototype, 'send', 'datagram', () => 'udp');
guard(dgram.Socket.prototype, 'connect', 'datagram', () => 'udp');
const QUESTIONS = [
  'lookup',
  'lookupService',
  'resolve',
  'resolve4',
  'resolve6',
  'resolveAny',
  'resolveCname',
  'resolveMx',
  'resolveTxt',
  'resolveSrv',
  'reverse',
];
for (const holder of [dns, dns.promises, dns.Resolver.prototype, dns.promises.Resolver.prototype]) {
  for (const name of QUESTIONS) guard(holder, name, 'dns', ([question]) => String(question));
}
for (const name of ['spawn', 'spawnSync', 'exec', 'execSync', 'execFile', 'execFileSync', 'fork']) {
  guard(childProcess, name, 'process', ([file]) => String(file));
}
syncBuiltinESMExports();
