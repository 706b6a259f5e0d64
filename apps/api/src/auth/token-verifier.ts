import { FIRST_WORKSPACE_ID, type Identity } from '@registrar/access';
import type { Clock } from '@registrar/clock';
import { parsePublicId } from '@registrar/database';
import { Problem } from '@registrar/problem';
import type { Secret } from '@registrar/secret';
import { decodeProtectedHeader, jwtVerify, type JWTPayload } from 'jose';
import { LONGEST_BEARER } from './bearer.js';
import type { OpenIdProvider } from './openid-provider.js';

const COMPACT = /^[\w-]+\.[\w-]+\.[\w-]+$/;
const CLOCK_TOLERANCE_S = 30;
/** Ways for a token to bring its own key, or to ask for what is not understood here. */
const NEVER = ['jku', 'x5u', 'jwk', 'x5c', 'crit', 'b64', 'zip', 'enc'] as const;
const MOST_GROUPS = 500;
const LONGEST_GROUP = 256;
const LONGEST_NAME = 200;

/** What is demanded of a token, all of it fixed by configuration and never by the token. */
export interface TokenRules {
  readonly audience: string;
  readonly algorithms: readonly string[];
  /** Values of `typ`; `absent` stands for a token without one. */
  readonly types: readonly string[];
  readonly roleClaim: string;
  /** Absent: everybody belongs to the first workspace. */
  readonly workspaceClaim?: string | undefined;
}

/** Takes tokens of the configured OpenID provider (RFC 8725): issuer, audience, algorithms and types are pinned. */
export class TokenVerifier {
  readonly #types: ReadonlySet<string>;

  constructor(
    private readonly provider: Pick<OpenIdProvider, 'issuer' | 'key'>,
    private readonly clock: Clock,
    private readonly rules: TokenRules,
  ) {
    this.#types = new Set(rules.types.map(plainType));
  }

  /**
   * Whom an access token speaks of.
   * @returns undefined for whatever is not a good token of the provider, without a word on why.
   * @throws Problem api.provider_unreachable where its keys have never been read.
   */
  async identityOf(token: Secret): Promise<Identity | undefined> {
    const text = token.expose();
    if (text.length > LONGEST_BEARER || !COMPACT.test(text)) return undefined;
    const claims = await this.#orNothing(() => {
      const { typ } = decodeProtectedHeader(text);
      return this.#types.has(plainType(typ ?? 'absent')) ? this.verify(text, this.rules.audience) : Promise.resolve(undefined);
    });
    // A token that is bound to its holder's key is no bearer token: that proof is not asked for here.
    return claims && claims['cnf'] === undefined ? this.identityFrom(claims) : undefined;
  }

  /** The claims of a token of the provider for that audience. @throws what jose throws for anything else. */
  async verify(text: string, audience: string): Promise<JWTPayload> {
    const header = decodeProtectedHeader(text);
    if (NEVER.some((name) => name in header)) throw new Error('The token brings what is never taken');
    const { payload } = await jwtVerify(text, this.provider.key, {
      issuer: this.provider.issuer,
      audience,
      algorithms: [...this.rules.algorithms],
      clockTolerance: CLOCK_TOLERANCE_S,
      currentDate: this.clock.now(),
      requiredClaims: ['iss', 'aud', 'exp', 'sub'],
    });
    return payload;
  }

  /** Whose claims these are, and of which workspace; undefined where they do not say so. */
  identityFrom(claims: Readonly<Record<string, unknown>>): Identity | undefined {
    const { sub: subject } = claims;
    if (typeof subject !== 'string' || !/^[\x21-\x7e][\x20-\x7e]{0,254}$/.test(subject)) return undefined;
    const { workspaceClaim } = this.rules;
    const named = workspaceClaim === undefined ? undefined : claimAt(claims, workspaceClaim);
    const workspaceId = workspaceClaim === undefined ? FIRST_WORKSPACE_ID : typeof named === 'string' && parsePublicId('ws', named);
    if (!workspaceId) return undefined;
    return { workspaceId, issuer: this.provider.issuer, subject, name: nameIn(claims) ?? subject, groups: this.groupsIn(claims) ?? [] };
  }

  /** The values that roles are mapped from; undefined where the claim is not there. */
  groupsIn(claims: Readonly<Record<string, unknown>>): string[] | undefined {
    const value = claimAt(claims, this.rules.roleClaim);
    if (value === undefined) return undefined;
    const all: unknown[] = Array.isArray(value) ? value : [value];
    const groups = all.filter((group) => typeof group === 'string' && group !== '' && group.length <= LONGEST_GROUP);
    return [...new Set(groups as string[])].sort().slice(0, MOST_GROUPS);
  }

  async #orNothing<T>(work: () => Promise<T | undefined>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof Problem) throw error;
      return undefined;
    }
  }
}

/** `application/at+jwt` and `at+jwt` are the same (RFC 7515 section 4.1.9). */
function plainType(type: string): string {
  return type.toLowerCase().replace(/^application\//, '');
}

/** A member by its whole name, which may have dots in it (`https://example/roles`), else by its path (`realm_access.roles`). */
function claimAt(claims: Readonly<Record<string, unknown>>, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name];
  let value: unknown = claims;
  for (const part of name.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Record<string, unknown>)[part];
  }
  return value;
}

function nameIn(claims: Readonly<Record<string, unknown>>): string | undefined {
  const names = [claims['name'], claims['preferred_username'], claims['email']];
  const [name] = names
    .flatMap((one) => (typeof one === 'string' ? [one.replaceAll(/[\p{C}\u2028\u2029]/gu, '').trim()] : []))
    .filter((one) => one !== '');
  return name?.slice(0, LONGEST_NAME);
}
