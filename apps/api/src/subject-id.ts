import { publicId, type IdPrefix } from '@registrar/database';

/** What the id of a thing begins with, by what it is called in the audit log and in events. */
export const SUBJECT_PREFIXES = {
  workspace: 'ws',
  api_key: 'key',
  person: 'per',
  role_mapping: 'map',
  session: 'ses',
  tenant: 'ten',
  ehr: 'ehr',
  authorization_server: 'as',
  connection: 'con',
  application: 'app',
  initial_access_token: 'iat',
  software_statement: 'sst',
  registration: 'reg',
  operation: 'op',
  batch: 'bat',
  approval: 'apr',
  rollout: 'rol',
  credential: 'cred',
  rotation_policy: 'pol',
  rotation_run: 'rot',
  tenant_link: 'lnk',
} as const satisfies Readonly<Record<string, IdPrefix>>;

/** The public id of a thing of that type; what has no prefix is shown as it is. */
export function subjectId(type: string, uuid: string): string {
  const prefix = (SUBJECT_PREFIXES as Readonly<Record<string, IdPrefix>>)[type];
  return prefix === undefined ? uuid : publicId(prefix, uuid);
}
