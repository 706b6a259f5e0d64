import type { Environment } from '@registrar/database';
import type { Endpoints } from '@registrar/dcr';

/** What is known at a launch. */
export interface LookupWanted {
  readonly applicationId: string;
  /** The `iss` of a SMART launch: the FHIR base URL; the issuer of the authorization server will do too. */
  readonly iss: string;
  /** Which hospital it is, where several share one EHR. */
  readonly tenantExternalId?: string;
  readonly environment?: Environment;
}

/** What an app needs to go on with the launch. */
export interface LookedUp {
  readonly registrationId: string;
  readonly tenantId: string;
  readonly ehrId: string;
  readonly environment: Environment;
  readonly clientId: string;
  readonly authMethod: string;
  readonly signingAlg: string | null;
  readonly scope: string | null;
  readonly issuer: string | null;
  readonly fhirBaseUrl: string | null;
  readonly endpoints: Endpoints;
}
