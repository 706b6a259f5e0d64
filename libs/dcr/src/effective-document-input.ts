import type { Capabilities } from './capabilities.js';
import type { ClientMetadata } from './client-metadata.js';
import type { JsonObject } from './json-value.js';
import type { Quirks } from './quirk-profile.js';

/** Who decided on a member of the document. */
export type Origin =
  'application' | 'ehr_override' | 'registration_override' | 'default' | 'negotiated' | 'registrar' | 'uploaded' | 'issued';

export type ApplicationKind = 'backend' | 'ehr_launch' | 'standalone' | 'patient';

/** What people wrote. A later layer wins member by member: application revision, EHR override, registration override. */
export interface DocumentLayers {
  readonly application: ClientMetadata;
  readonly ehrOverride?: ClientMetadata;
  readonly registrationOverride?: ClientMetadata;
  readonly kind: ApplicationKind;
  readonly scope: { readonly required: readonly string[]; readonly optional: readonly string[] };
  /** Where an EHR starts the application; told to the server as `initiate_login_uri` unless a layer says otherwise (F-07). */
  readonly launchUrl?: string;
}

/** What is known of the server and of this client's keys. */
export interface DocumentContext {
  readonly capabilities: Capabilities;
  readonly quirks: Quirks;
  readonly environment: 'sandbox' | 'non_production' | 'production';
  /** Where the key set is (or will be) published. For a dry run any placeholder of the final form will do. */
  readonly jwksUri?: string;
  /** The same keys, for a server that wants them inline. Only public members are ever copied. */
  readonly jwks?: { readonly keys: readonly JsonObject[] };
  /** False where the server cannot reach `jwksUri`, for example because it is http or on loopback. Absent: it can. */
  readonly jwksUriFetchable?: boolean;
  /** The attempt's marker. Absent: none is placed. */
  readonly marker?: string;
  readonly loopbackAllowed: boolean;
  /** The software statement that goes with it. The text itself is put in by whoever sends; a placeholder stands for it. */
  readonly statement?: {
    readonly placeholder: string;
    /** Somebody else's, or Registrar's own. */
    readonly origin: 'uploaded' | 'issued';
    readonly claims: JsonObject;
  };
  /** Whether an OpenID configuration was found. Absent: judged by the scopes and SMART capabilities. */
  readonly openid?: boolean;
}
