import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PLACES = ['/usr/lib/softhsm/libsofthsm2.so', '/usr/local/lib/softhsm/libsofthsm2.so', '/opt/homebrew/lib/softhsm/libsofthsm2.so'];
const found = PLACES.find((path) => existsSync(path));
/** What `describe.skipIf` asks: a developer's machine may have no SoftHSM, the machine of .ci/run must, so nothing is skipped there. */
export const withoutSoftHsm = found === undefined && process.env.CI === undefined;
export const SOFTHSM_WANTED = withoutSoftHsm ? ' (skipped: there is no SoftHSM; Debian: apt-get install softhsm2)' : '';

type KeyFault = 'extractable' | 'readable' | 'short';

/** Debian's SoftHSM, a PKCS#11 module without hardware, with tokens of its own in a folder. */
export interface SoftHsm {
  readonly modulePath: string;
  readonly folder: string;
  /** Of the token `registrar`. */
  readonly pinFile: string;
  /** For processes that are to see these tokens; this process sees them anyway. */
  readonly environment: Readonly<Record<string, string>>;
  makeToken(label: string): void;
  makeKey(label: string, id: string, options?: { readonly token?: string; readonly faults?: readonly KeyFault[] }): void;
  /** `pkcs11:…` with the way to this module and PIN. */
  address(names: string, pinFile?: string): string;
  stop(): void;
}

const PIN = '2468013579';

/** Makes the token `registrar` with the key `kek`, id 01. */
export function startSoftHsm(): SoftHsm {
  if (found === undefined) throw new Error('There is no SoftHSM: apt-get install softhsm2');
  const folder = mkdtempSync(join(tmpdir(), 'registrar-softhsm-'));
  const [conf, tokens, pinFile] = [join(folder, 'softhsm2.conf'), join(folder, 'tokens'), join(folder, 'pin')];
  mkdirSync(tokens);
  writeFileSync(conf, `directories.tokendir = ${tokens}\nobjectstore.backend = file\nlog.level = ERROR\n`);
  writeFileSync(pinFile, `${PIN}\n`, { mode: 0o600 });
  const before = process.env.SOFTHSM2_CONF;
  process.env.SOFTHSM2_CONF = conf;
  const run = (command: string, ...given: string[]) => execFileSync(command, given, { stdio: ['ignore', 'ignore', 'pipe'] });
  const hsm: SoftHsm = {
    ...{ modulePath: found, folder, pinFile, environment: { SOFTHSM2_CONF: conf } },
    makeToken: (label) => {
      run('softhsm2-util', '--init-token', '--free', '--label', label, '--so-pin', '86420', '--pin', PIN);
    },
    makeKey: (label, id, { token = 'registrar', faults = [] } = {}) => {
      run(process.execPath, join(import.meta.dirname, 'softhsm-key.mjs'), found, token, PIN, label, id, ...faults);
    },
    address: (names, file = pinFile) => `pkcs11:${names}?module-path=${found}&pin-source=file:${file}`,
    stop: () => {
      if (before === undefined) delete process.env.SOFTHSM2_CONF;
      else process.env.SOFTHSM2_CONF = before;
      rmSync(folder, { recursive: true });
    },
  };
  hsm.makeToken('registrar');
  hsm.makeKey('kek', '01');
  return hsm;
}
