import { LAUNCH_SCOPES, SYSTEM_SCOPES } from '../smart-scopes.js';
import type { Behaviour } from './behaviour.js';
import type { Wire } from './client.js';
import { Refusal } from './refusal.js';
import { asV1, covers, words } from './scope.js';

/** Every scope that simulated servers offer. */
export const OFFERED_SCOPES: readonly string[] = [...SYSTEM_SCOPES, ...LAUNCH_SCOPES];

// `system/*.rs` is offered, and `system/Anything.rs` is not.
const TYPED = OFFERED_SCOPES.filter((scope) => !scope.includes('/*.'));
const isOffered = (scope: string): boolean => covers(scope.includes('/*.') ? OFFERED_SCOPES : TYPED, scope);

/** Refuses, narrows or rewrites `scope` as this server does. @throws Refusal 400 or 403 at a strict server */
export function acceptScope({ scopes, scopeRefusal, scopeSyntax }: Behaviour, metadata: Wire): void {
  if (metadata.scope === undefined) return;
  const asked = words(metadata.scope);
  const taken = scopes === 'accept' ? asked : asked.filter(isOffered);
  if (scopes === 'strict' && taken.length < asked.length) {
    const refused = asked.filter((scope) => !taken.includes(scope)).join(' ');
    throw new Refusal(scopeRefusal === 'insufficient_scope' ? 403 : 400, scopeRefusal, `Not offered here: ${refused}`);
  }
  metadata.scope = (scopeSyntax === 'v1' ? taken.map(asV1) : taken).join(' ');
}
