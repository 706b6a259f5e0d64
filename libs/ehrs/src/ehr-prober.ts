import type { UnitOfWork } from '@registrar/database';
import { discover, type Discovery } from '@registrar/dcr';
import { isRefusedPort, type Outbound } from '@registrar/outbound';
import type { EhrRoads } from './ehr-roads.js';
import { ehrProblem } from './ehrs.problems.js';

/** Where an EHR is, as a person entered it. */
export interface EhrAddress {
  readonly fhirBaseUrl?: string | undefined;
  readonly issuer?: string | undefined;
  readonly tenantId?: string | undefined;
  /** Once it is stored: which road it is reached by. */
  readonly ehrId?: string | undefined;
  readonly transportVersion?: number | undefined;
}

/** Asks EHRs what they are. Never called inside a transaction. */
export class EhrProber {
  constructor(
    private readonly outbound: Outbound,
    private readonly roads?: EhrRoads,
  ) {}

  /** Refuses an address that Registrar would never call. @throws Problem ehrs.address_refused, with a pointer */
  check(address: EhrAddress): void {
    const errors = (['fhirBaseUrl', 'issuer'] as const).flatMap((member) => {
      const url = address[member];
      const code = url === undefined ? undefined : this.#refusal(url);
      const pointer = member === 'issuer' ? '/issuer' : '/fhir_base_url';
      return code === undefined ? [] : [{ pointer, code, detail: REFUSED[code] ?? 'Registrar does not call this address.' }];
    });
    if (errors.length > 0) throw ehrProblem('ehrs.address_refused', { errors });
  }

  /** A port that somebody may open for this EHR is no reason to refuse it: it is unreachable until that is approved. */
  #refusal(url: string): string | undefined {
    const code = this.outbound.check(url) ?? (URL.parse(url)?.search ? 'invalid_url' : undefined);
    return code === 'port_refused' && !isRefusedPort(Number(new URL(url).port)) ? undefined : code;
  }

  /** Discovers. @returns undefined where there is no address to start from. */
  async discover(scope: UnitOfWork, address: EhrAddress): Promise<Discovery | undefined> {
    const { fhirBaseUrl, issuer } = address;
    const start = fhirBaseUrl ?? issuer;
    if (start === undefined) return undefined;
    const { ehrId, transportVersion } = address;
    const { workspaceId } = scope;
    const outbound =
      ehrId === undefined ? this.outbound : ((await this.roads?.to({ workspaceId, ehrId, transportVersion })) ?? this.outbound);
    return discover(outbound, {
      ...(fhirBaseUrl === undefined ? {} : { fhirBaseUrl }),
      ...(issuer === undefined ? {} : { issuer }),
      allowLoopbackHttp: this.outbound.isAllowedLoopback(start),
      partition: `${scope.workspaceId}:${address.tenantId ?? 'shared'}`,
    });
  }
}

const REFUSED: Readonly<Record<string, string>> = {
  invalid_url: 'This is not an absolute https URL without user name, query and fragment.',
  blocked_address: 'This is a private or local address.',
  port_refused: 'Registrar does not call this port.',
};
