/** A hospital of the demo: its name is made up, its key is what the sandbox calls it. */
export interface Hospital {
  readonly name: string;
  readonly key: string;
}

const NAMES = [
  'Alder Creek Medical Center',
  'Bayview General Hospital',
  'Cedar Ridge Health',
  'Dunmore Regional Hospital',
  'Eastgate Clinic',
  'Fairhaven Medical Center',
  'Granite Falls Hospital',
  'Harrow Hill Health',
  'Ironwood Community Hospital',
  'Juniper Valley Hospital',
];

/** The ten hospitals that are brought in by one batch, and stay. */
export const HOSPITALS: readonly Hospital[] = NAMES.map((name, index) => ({ name, key: `h${String(index + 1).padStart(2, '0')}` }));

/** One more, that comes and leaves again. */
export const LEAVING: Hospital = { name: 'Kettle Brook Clinic', key: 'h11' };

/** The sandbox's vendors, in the order of the table. The last one has one server for all hospitals. */
export const VENDORS = ['meadow', 'harbor', 'summit', 'lagoon'] as const;

/** Whose clients authenticate with a secret, which expires. */
export const SECRET_VENDOR: (typeof VENDORS)[number] = 'summit';

/** Our own id of that hospital: a second run finds it again by this. */
export function externalId({ key }: Hospital): string {
  return `demo-${key}`;
}

/** The product that is registered everywhere: a backend service that reads patients. The auth method is left to be negotiated. */
export const APPLICATION = {
  name: 'Care Gaps (demo)',
  kind: 'backend',
  client_metadata: {
    client_name: 'Care Gaps',
    grant_types: ['client_credentials'],
    software_id: 'registrar-demo-care-gaps',
    software_version: '1.0.0',
  },
  required_scopes: ['system/Patient.rs'],
};

/** Lagoon knows no backend services: there a person launches the application. */
export const LAUNCHED = {
  client_metadata: {
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    redirect_uris: ['https://care-gaps.example/callback'],
    initiate_login_uri: 'https://care-gaps.example/launch',
    scope: 'openid fhirUser launch offline_access patient/Patient.rs',
  },
};
