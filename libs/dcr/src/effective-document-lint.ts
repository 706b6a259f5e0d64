import { textOf, textsOf, type ClientMetadata } from './client-metadata.js';
import type { DocumentContext, DocumentLayers, Origin } from './effective-document-input.js';
import { writtenScopes } from './effective-document-scope.js';
import type { LintContext } from './linter-rule.js';
import { splitScope } from './smart-scope.js';

/** What the linter's rules may look at beside the document. */
export function lintContext(
  layers: DocumentLayers,
  context: DocumentContext,
  made: { readonly asked: ClientMetadata; readonly origins: Readonly<Record<string, Origin>> },
): LintContext {
  const { kind, scope, launchUrl } = layers;
  return {
    ...context,
    ...made,
    kind,
    scope,
    ...(launchUrl === undefined ? {} : { launchUrl }),
    writtenScopes: writtenScopes(layers),
    approved: approvedByOwner(layers),
  };
}

// Revisions and overrides for an EHR are the product team's; an override of one registration may be anybody's who registers (T10).
function approvedByOwner({ application, ehrOverride = {}, scope }: DocumentLayers): LintContext['approved'] {
  const own = [application, ehrOverride];
  const spelled = own.flatMap((layer) => splitScope(textOf(layer, 'scope') ?? ''));
  const redirectUris = own.flatMap((layer) => textsOf(layer, 'redirect_uris'));
  return { scopes: [...scope.required, ...scope.optional, ...spelled], redirectUris };
}
