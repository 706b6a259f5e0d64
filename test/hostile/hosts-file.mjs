// Loaded into a Node program by `--import`: names that stand in the file HOSTS_FILE resolve to what stands there, anew each
// time, as at a name server whose owner changes its mind. Everything else resolves as always.
import { promises as dns } from 'node:dns';
import { readFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { isIP } from 'node:net';

const { lookup } = dns;
dns.lookup = (name, options) => {
  const found = JSON.parse(readFileSync(process.env.HOSTS_FILE, 'utf8'))[name];
  if (!found) return lookup(name, options);
  return Promise.resolve(found.map((address) => ({ address, family: isIP(address) })));
};
syncBuiltinESMExports();
