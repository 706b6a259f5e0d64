import type { DocumentContext, DocumentLayers } from './effective-document-input.js';
import { place, type Draft } from './effective-document-merge.js';
import { splitScope } from './smart-scope.js';
import { scopeWithin } from './smart-scope-cover.js';
import { scopeInServerSyntax } from './smart-scope-syntax.js';

/**
 * Places `scope`. A scope that a layer wrote is sent as it stands. Otherwise it is what the application requires, and what it would
 * like where the server's list does not rule it out: SMART lists need not be complete, so what is required is asked for in any case.
 */
export function placeScope(draft: Draft, layers: DocumentLayers, context: DocumentContext): void {
  if (draft.members.has('scope')) return;
  const { scopes } = context.capabilities;
  const { required, optional } = layers.scope;
  const liked = scopes === undefined ? optional : optional.filter((scope) => scopeWithin(scope, scopes));
  const wanted = splitScope([...required, ...liked].join(' ')).map((scope) => scopeInServerSyntax(scope, context.capabilities));
  if (wanted.length === 0) return;
  const left = optional.length - liked.length;
  place(
    draft,
    'scope',
    [...new Set(wanted)].join(' '),
    'application',
    left === 0 ? undefined : `${left} optional left out: not on the server's list.`,
  );
}
