import { textOf } from './client-metadata.js';
import type { DocumentContext, DocumentLayers } from './effective-document-input.js';
import { place, type Draft } from './effective-document-merge.js';
import { splitScope } from './smart-scope.js';
import { scopeWithin } from './smart-scope-cover.js';
import { scopeInServerSyntax } from './smart-scope-syntax.js';

/** The scopes that the application's revision spells in its own metadata: they are required like the required ones. */
export function writtenScopes(layers: DocumentLayers): string[] {
  return splitScope(textOf(layers.application, 'scope') ?? '');
}

/**
 * Places `scope`. One that an override wrote is sent as it stands. Otherwise it is what the application requires, and what it would
 * like where the server's list does not rule it out: SMART lists need not be complete, so what is required is asked for in any case.
 */
export function placeScope(draft: Draft, layers: DocumentLayers, context: DocumentContext): void {
  const origin = draft.origins.get('scope');
  if (origin === 'ehr_override' || origin === 'registration_override') return;
  const { scopes } = context.capabilities;
  const { required, optional } = layers.scope;
  const liked = scopes === undefined ? optional : optional.filter((scope) => scopeWithin(scope, scopes));
  const wanted = splitScope([...required, ...writtenScopes(layers), ...liked].join(' '));
  const sent = new Set(wanted.map((scope) => scopeInServerSyntax(scope, context.capabilities)));
  if (sent.size === 0) return;
  const left = optional.length - liked.length;
  const reason = left === 0 ? undefined : `${left} optional left out: not on the server's list.`;
  place(draft, 'scope', [...sent].join(' '), 'application', reason);
}
