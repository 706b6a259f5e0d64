const RESOURCES = [
  '*',
  'AllergyIntolerance',
  'Appointment',
  'CarePlan',
  'CareTeam',
  'Condition',
  'Coverage',
  'Device',
  'DiagnosticReport',
  'DocumentReference',
  'Encounter',
  'Goal',
  'Group',
  'Immunization',
  'Location',
  'Medication',
  'MedicationRequest',
  'Observation',
  'Organization',
  'Patient',
  'Practitioner',
  'PractitionerRole',
  'Procedure',
  'ServiceRequest',
];
const PERMISSIONS = ['rs', 'r', 's', 'cruds', 'read'];

const clinical = (context: string): string[] =>
  RESOURCES.flatMap((resource) => PERMISSIONS.map((permission) => `${context}/${resource}.${permission}`));

/** What a backend service may be granted. oidc-provider compares scopes as strings: each one that it takes stands here. */
export const SYSTEM_SCOPES: readonly string[] = clinical('system');

/** What an app that a person launches may be granted. */
export const LAUNCH_SCOPES: readonly string[] = [
  'openid',
  'fhirUser',
  'profile',
  'launch',
  'launch/patient',
  'launch/encounter',
  'online_access',
  'offline_access',
  ...clinical('patient'),
  ...clinical('user'),
];
