import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A certificate authority of a test, which signs what it is asked to. */
export interface TestAuthority {
  readonly cert: string;
  /** The authority's own key, as a careless person would upload it. */
  readonly key: string;
  /** A key with a certificate for this name; `expired`: of the year 2020. */
  issue(name: string, expired?: boolean): { readonly key: string; readonly cert: string };
  remove(): void;
}

const CONFIG =
  '[ca]\ndefault_ca=d\n[d]\ndatabase=index\nserial=serial\nnew_certs_dir=.\ndefault_md=sha256\npolicy=p\ncopy_extensions=copy\nunique_subject=no\n[p]\ncommonName=supplied\n';

export function testAuthority(): TestAuthority {
  const folder = mkdtempSync(join(tmpdir(), 'registrar-authority-'));
  const openssl = (...args: string[]): void => void execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });
  const read = (file: string): string => readFileSync(join(folder, file), 'utf8');
  const request = (key: string) => ['req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', key];
  for (const [file, text] of Object.entries({ 'ca.conf': CONFIG, index: '', serial: '01\n' })) writeFileSync(join(folder, file), text);
  openssl(...request('ca.key'), '-subj', '/CN=Test authority', '-x509', '-days', '2', '-out', 'ca.pem');
  return {
    cert: read('ca.pem'),
    key: read('ca.key'),
    issue(name, expired = false) {
      openssl(...request('leaf.key'), '-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`, '-out', 'leaf.csr');
      const dates = expired ? ['-startdate', '20200101000000Z', '-enddate', '20200102000000Z'] : ['-days', '2'];
      openssl(
        'ca',
        '-batch',
        '-config',
        'ca.conf',
        '-cert',
        'ca.pem',
        '-keyfile',
        'ca.key',
        '-notext',
        ...dates,
        '-in',
        'leaf.csr',
        '-out',
        'leaf.pem',
      );
      return { key: read('leaf.key'), cert: read('leaf.pem') };
    },
    remove: () => {
      rmSync(folder, { recursive: true });
    },
  };
}
