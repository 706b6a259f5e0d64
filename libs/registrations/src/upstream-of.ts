import { quirksFor } from '@registrar/dcr';
import type { Upstream } from '@registrar/ehrs';
import { present } from './present.js';
import type { StrategyName, WorkUpstream } from './work.js';

/** An EHR and its authorization server as an operation sees them. */
export function upstreamOf(upstream: Upstream): WorkUpstream {
  const { server } = upstream;
  return {
    ehrId: upstream.ehrId,
    ehrStatus: upstream.status,
    vendor: upstream.vendor,
    clientScope: upstream.clientScope,
    authorizationServerId: server?.id ?? '',
    endpoints: server?.endpoints ?? {},
    capabilities: server?.capabilities ?? { dynamicRegistration: false },
    quirks: server?.quirks ?? quirksFor(upstream.vendor),
    registrationOriginApproved: upstream.registrationOriginApproved,
    ...present('transportVersion', upstream.transportVersion),
    ...present('openid', upstream.openid),
    ...present('fhirBaseUrl', upstream.fhirBaseUrl),
    ...present('issuer', server?.issuer),
    ...present('proofControl', server?.proofControl),
  };
}

/**
 * The way to register there: the EHR's mode, or, for `auto`, what discovery and the vendor's quirks allow. Where nothing is known
 * yet, nobody is sent to a portal: a registration is refused in words before anything is sent, until a discovery has found something.
 */
export function strategyFor(upstream: Upstream): StrategyName {
  if (upstream.registrationMode !== 'auto') return upstream.registrationMode;
  const { server } = upstream;
  const none = server?.endpoints.registration === undefined;
  if (!server || (none && upstream.status === 'quarantined')) return 'dynamic';
  return none || server.quirks.registration === 'portal' ? 'portal' : 'dynamic';
}
