import type { JsonObject } from '@registrar/dcr';
import { readJson } from '@registrar/dcr';
import type { Outbound } from '@registrar/outbound';

const DEADLINE_MS = 10_000;
const MAX_BYTES = 262_144;
const METADATA = ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration'];

interface Jwks {
  readonly keys: JsonObject[];
}

/** The key set at an address. @returns undefined where there is none, or it cannot be had. */
export async function keysAt(outbound: Outbound, url: string, partition: string): Promise<Jwks | undefined> {
  const document = await jsonAt(outbound, url, partition);
  const keys = document?.['keys'];
  const objects = Array.isArray(keys) ? keys.filter((key) => typeof key === 'object' && key !== null && !Array.isArray(key)) : [];
  return objects.length > 0 ? { keys: objects as JsonObject[] } : undefined;
}

/**
 * The keys of an issuer that publishes metadata about itself (RFC 8414, OpenID discovery). They count only where they lie
 * at the issuer's own origin: nobody else vouches for them. @returns undefined where it publishes none.
 */
export async function keysOfIssuer(outbound: Outbound, iss: string, partition: string): Promise<Jwks | undefined> {
  if (!URL.canParse(iss)) return undefined;
  const documents = await Promise.all(METADATA.map((path) => jsonAt(outbound, `${iss.replace(/\/+$/, '')}${path}`, partition)));
  const found = documents.find((document) => document?.['issuer'] === iss);
  const jwksUri = found?.['jwks_uri'];
  if (typeof jwksUri !== 'string' || !URL.canParse(jwksUri) || new URL(jwksUri).origin !== new URL(iss).origin) return undefined;
  return keysAt(outbound, jwksUri, partition);
}

async function jsonAt(outbound: Outbound, url: string, partition: string): Promise<JsonObject | undefined> {
  try {
    const request = { method: 'GET', url, deadlineMs: DEADLINE_MS, maxBytes: MAX_BYTES, connection: 'fresh', partition } as const;
    const { status, body } = await outbound.request({ ...request, headers: { accept: 'application/json' } });
    const value = status === 200 ? readJson(body, { maxBytes: MAX_BYTES, maxDepth: 8 }) : null;
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
  } catch {
    return undefined;
  }
}
