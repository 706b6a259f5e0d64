import type { Secret } from '@registrar/secret';
import { decodeJwt } from 'jose';

const LAST_MS = 8_640_000_000_000_000;

/** When a token that is a JWT says that it ends. Nothing is verified, so it is a hint for alarms and no more (I-01). */
export function jwtExpiry(token: Secret): Date | undefined {
  try {
    const { exp } = decodeJwt(token.expose());
    return typeof exp === 'number' && exp > 0 && exp * 1_000 <= LAST_MS ? new Date(exp * 1_000) : undefined;
  } catch {
    return undefined;
  }
}
