import { digestText } from '@registrar/vault';
import type { ShownHolding } from './holding.dto.js';

const STYLE =
  'body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:80rem;padding:0 1rem;color:#1a1a1a}table{border-collapse:collapse;width:100%}th,td{border:1px solid #bbb;padding:.4rem .6rem;text-align:left;vertical-align:top}code,textarea{font:13px/1.4 ui-monospace,monospace;overflow-wrap:anywhere}textarea{width:100%;height:8rem}';

/** Nothing but this page's own style: no script, no image, no form, no frame, nothing from anywhere. */
export const PAGE_POLICY = [
  `default-src 'none'`,
  `style-src 'sha256-${Buffer.from(digestText(STYLE), 'hex').toString('base64')}'`,
  `base-uri 'none'`,
  `form-action 'none'`,
  `frame-ancestors 'none'`,
].join('; ');

const COLUMNS: readonly [string, (client: ShownHolding['clients'][number]) => string][] = [
  ['Application', (client) => text(client.application)],
  ['EHR', (client) => `${text(client.ehr)}${client.issuer === null ? '' : `<br><code>${text(client.issuer)}</code>`}`],
  ['Environment', (client) => text(client.environment)],
  ['Client', (client) => `<code>${text(client.client_id ?? '—')}</code><br>${text(client.status)}`],
  ['Scopes', (client) => list(client.scopes)],
  ['Authentication', (client) => `<code>${text(client.auth_method ?? '—')}</code>`],
  ['Key thumbprints', (client) => list(client.key_thumbprints)],
  ['Last used', (client) => moment(client.last_used_at)],
  ['Last rotated', (client) => moment(client.last_rotated_at)],
  ['Next rotation', (client) => moment(client.next_rotation_at)],
  ['Security contact', (client) => list(client.security_contacts)],
];

/** The page that a hospital sees: made here, whole, with nothing to run. */
export function holdingPage(holding: ShownHolding): string {
  const { hospital, held_by, at, link_expires_at, clients, certificate, shredding } = holding;
  const head = COLUMNS.map(([name]) => `<th scope="col">${name}</th>`).join('');
  const rows = clients.map((client) => `<tr>${COLUMNS.map(([, cell]) => `<td>${cell(client)}</td>`).join('')}</tr>`).join('\n');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<title>OAuth clients held at ${text(hospital.name)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>OAuth clients held at ${text(hospital.name)}</h1>
<p>Held by ${text(held_by)}. As of ${moment(at)}. This link ends on ${moment(link_expires_at)}; it shows nothing of other hospitals, and changes nothing.</p>
${clients.length === 0 ? '<p>No client is held here.</p>' : `<table><thead><tr>${head}</tr></thead><tbody>\n${rows}\n</tbody></table>`}
${signed('Certificate of deletion', certificate)}
${signed('Proof that the keys are destroyed', shredding)}
</body>
</html>
`;
}

function signed(title: string, document: ShownHolding['certificate']): string {
  if (!document) return '';
  return `<h2>${title}</h2>
<p>A signed document (JWS, RFC 7515). Its key is at <code>${text(document.jwks_uri)}</code>; the SHA-256 of what was signed is <code>${text(document.sha256)}</code>.</p>
<textarea readonly rows="8">${text(document.jws)}</textarea>`;
}

const list = (all: readonly string[]) => (all.length === 0 ? '—' : all.map((one) => `<code>${text(one)}</code>`).join('<br>'));
const moment = (at: string | null) =>
  at === null ? '—' : `<time datetime="${text(at)}">${text(at.slice(0, 16).replace('T', ' '))} UTC</time>`;

/** Text as HTML text or as the value of an attribute: names and scopes are other people's words. */
function text(words: string): string {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;');
}
