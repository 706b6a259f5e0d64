import type { Clock } from '@registrar/clock';
import type { Database, UnitOfWork } from '@registrar/database';
import { findAttempts } from './attempt-view.repository.js';
import type { AttemptView } from './attempt-view.js';
import { registrationProblem } from './registrations.problems.js';
import { findRegistrations } from './registrations.repository.js';
import { shownUrl, type SupportBundle, type SupportExchange } from './support-bundle.js';
import { supportGround } from './support-bundle.repository.js';

const MOST_EXCHANGES = 100;

/** Puts together what a vendor's support needs to find our requests in its own logs. */
export class SupportBundles {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * The registration with its newest exchanges. It is made of what the journal shows, which holds no secret, and leaves out what is
   * none of the vendor's business: evidence, people, and the values of queries.
   * @throws Problem registrations.not_found
   */
  bundle(scope: UnitOfWork, registrationId: string): Promise<SupportBundle> {
    return this.database.transaction(scope, async (tx) => {
      const [view] = await findRegistrations(tx, { ids: [registrationId] }, 1);
      const ground = await supportGround(tx, registrationId);
      if (!view || !ground) throw registrationProblem('registrations.not_found');
      const exchanges = (await findAttempts(tx, registrationId, MOST_EXCHANGES)).map(exchangeOf);
      const { environment, status, clientId, manageable, requestedMetadata, grantedMetadata, problem } = view;
      const addresses = exchanges.flatMap(({ localAddress }) => localAddress ?? []);
      const { registration, token } = ground.endpoints ?? {};
      return {
        registrationId,
        generatedAt: this.clock.now(),
        ...{ environment, status, clientId, manageable, requestedMetadata, grantedMetadata },
        vendor: ground.vendor,
        issuer: ground.issuer,
        fhirBaseUrl: ground.fhirBaseUrl,
        authMethod: ground.authMethod,
        endpoints: { ...(registration === undefined ? {} : { registration }), ...(token === undefined ? {} : { token }) },
        problem: problem && { code: problem.code, title: problem.title },
        egressAddresses: [...new Set(addresses)].sort(),
        exchanges,
      };
    });
  }
}

function exchangeOf(attempt: AttemptView): SupportExchange {
  const { id, kind, status, marker, markerMember, url, startedAt, deadlineAt, finishedAt, localAddress } = attempt;
  const { upstreamStatus, correlation, outcome, upstreamClientId: clientId, metadata, metadataDigest } = attempt;
  const sent = { id, kind, status, marker, markerMember, url: shownUrl(url), startedAt, deadlineAt, finishedAt, localAddress };
  return { ...sent, upstreamStatus, correlation, outcome, clientId, metadata, metadataDigest };
}
