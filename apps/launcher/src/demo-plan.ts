/** The ten hospitals of the demo. The sandbox calls them h01, h02 …; the names are made up. */
export const HOSPITALS: readonly string[] = [
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

/** The sandbox's vendors, in the order of the table. The last one has one server for all hospitals. */
export const VENDORS = ['meadow', 'harbor', 'summit', 'lagoon'] as const;

/** What the sandbox calls the hospital at this place of the list. */
export function hospitalKey(index: number): string {
  return `h${String(index + 1).padStart(2, '0')}`;
}

/** Our own id of that hospital: a second run finds it again by this. */
export function externalId(index: number): string {
  return `demo-${hospitalKey(index)}`;
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
