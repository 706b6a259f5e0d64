import type { UnitOfWork } from '@registrar/database';
import { discover, type Discovery } from '@registrar/dcr';
import type { Outbound } from '@registrar/outbound';
import { ehrProblem } from './ehrs.problems.js';

/** Where an EHR is, as a person entered it. */
export interface EhrAddress {
  readonly fhirBaseUrl?: string | undefined;
  readonly issuer?: string | undefined;
  readonly tenantId?: string | undefined;
}

/** Asks EHRs what they are. Never called inside a transaction. */
export class EhrProber {
  constructor(private readonly outbound: Outbound) {}

  /** Refuses an address that Registrar would never call. @throws Problem ehrs.address_refused, with a pointer */
  check(address: EhrAddress): void {
    const errors = (['fhirBaseUrl', 'issuer'] as const).flatMap((member) => {
      const url = address[member];
      const code = url === undefined ? undefined : (this.outbound.check(url) ?? (URL.parse(url)?.search ? 'invalid_url' : undefined));
      const pointer = member === 'issuer' ? '/issuer' : '/fhir_base_url';
      return code === undefined ? [] : [{ pointer, code, detail: REFUSED[code] ?? 'Registrar does not call this address.' }];
    });
    if (errors.length > 0) throw ehrProblem('ehrs.address_refused', { errors });
  }

  /** Discovers. @returns undefined where there is no address to start from. */
  async discover(scope: UnitOfWork, address: EhrAddress): Promise<Discovery | undefined> {
    const { fhirBaseUrl, issuer } = address;
    const start = fhirBaseUrl ?? issuer;
    if (start === undefined) return undefined;
    return discover(this.outbound, {
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
