import type { ApplicationLayers } from '@registrar/applications';
import { effectiveDocument, quirksFor, splitScope, textOf, textsOf, type EffectiveDocument, type StatementLimits } from '@registrar/dcr';
import type { Upstream } from '@registrar/ehrs';

/** What the application would be registered with at that EHR, without what belongs to one registration. */
export function documentAt(layers: ApplicationLayers, upstream: Upstream): EffectiveDocument {
  const { server } = upstream;
  return effectiveDocument(
    {
      application: layers.clientMetadata,
      kind: layers.kind,
      scope: { required: layers.requiredScopes, optional: layers.optionalScopes },
      ...(layers.ehrOverride ? { ehrOverride: layers.ehrOverride } : {}),
      ...(layers.launchUrl === undefined ? {} : { launchUrl: layers.launchUrl }),
    },
    {
      capabilities: server?.capabilities ?? { dynamicRegistration: false },
      quirks: server?.quirks ?? quirksFor(upstream.vendor),
      environment: upstream.environment,
      jwksUri: 'https://keys.invalid/jwks',
      jwks: { keys: [{ kty: 'EC', kid: 'to-be-made' }] },
      loopbackAllowed: upstream.environment !== 'production',
      ...(upstream.openid === undefined ? {} : { openid: upstream.openid }),
    },
  );
}

/** What a statement for that application may say at that EHR: what its owner wrote, in the revision and for the EHR. */
export function limitsAt(layers: ApplicationLayers, upstream: Upstream): StatementLimits {
  const { document, authMethod } = documentAt(layers, upstream);
  const own = [layers.clientMetadata, layers.ehrOverride ?? {}, document];
  return {
    scopes: [...layers.requiredScopes, ...layers.optionalScopes, ...own.flatMap((layer) => splitScope(textOf(layer, 'scope') ?? ''))],
    redirectUris: own.flatMap((layer) => textsOf(layer, 'redirect_uris')),
    grantTypes: textsOf(document, 'grant_types'),
    authMethod,
    loopbackAllowed: upstream.environment !== 'production',
  };
}
