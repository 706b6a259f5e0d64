import { textOf, textsOf } from './client-metadata.js';
import type { DocumentLayers } from './effective-document-input.js';
import { splitScope } from './smart-scope.js';

/**
 * What the application is at this EHR. A backend service whose product team says, in the override for an EHR, that people sign in
 * there (`authorization_code` in place of `client_credentials`) is judged as what it is there, and scopes that start with `system/`
 * cannot be required of it. A registration's own override changes no kind.
 */
export function layersHere(layers: DocumentLayers): DocumentLayers {
  const { kind, ehrOverride = {}, scope } = layers;
  const grants = textsOf(ehrOverride, 'grant_types');
  if (kind !== 'backend' || !grants.includes('authorization_code') || grants.includes('client_credentials')) return layers;
  const launched = splitScope(textOf(ehrOverride, 'scope') ?? '').includes('launch');
  const possible = (scopes: readonly string[]): string[] => scopes.filter((each) => !each.startsWith('system/'));
  return {
    ...layers,
    kind: launched ? 'ehr_launch' : 'standalone',
    scope: { required: possible(scope.required), optional: possible(scope.optional) },
  };
}
