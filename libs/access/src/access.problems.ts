import { defineProblems } from '@registrar/problem';

export const accessProblem = defineProblems({
  'access.api_key_not_found': {
    kind: 'not_found',
    title: 'There is no such API key',
    actor: 'caller',
    label: 'Check the key id; ids start with key_',
  },
  'access.unknown_binding': {
    kind: 'refused',
    title: 'The key would be bound to something that is not there',
    actor: 'caller',
    label: 'Name tenants and an application of this workspace',
  },
  'access.bound_key': {
    kind: 'forbidden',
    title: 'A key that is bound cannot manage keys',
    actor: 'workspace_owner',
    label: "Use an owner's key that is bound to no tenant, application or environment",
  },
  'access.expired_already': {
    kind: 'refused',
    title: 'The key would have expired before it was made',
    actor: 'caller',
    label: 'Give an expires_at in the future',
  },
  'access.environment_mismatch': {
    kind: 'forbidden',
    title: 'The key is bound to another environment than the EHR',
    actor: 'caller',
    label: "Use a key of the EHR's own environment; nothing crosses from one to another",
  },
  'access.group_mapped_already': {
    kind: 'conflict',
    title: 'The group has a role in this workspace already',
    actor: 'workspace_owner',
    label: 'Delete the mapping that there is, then map the group anew',
  },
  'access.role_mapping_not_found': {
    kind: 'not_found',
    title: 'There is no such role mapping',
    actor: 'caller',
    label: 'Check the mapping id; ids start with map_',
  },
  'access.session_not_found': {
    kind: 'not_found',
    title: 'There is no such session',
    actor: 'caller',
    label: 'Check the session id; ids start with ses_',
  },
  'access.session_by_session': {
    kind: 'conflict',
    title: 'Only an API key itself is exchanged for a session',
    actor: 'caller',
    label: 'Send the API key as Authorization: Bearer with this call',
  },
  'access.last_owner_key': {
    kind: 'conflict',
    title: 'This is the last key that can manage the workspace',
    actor: 'workspace_owner',
    label: 'Make another owner key that is neither bound nor expiring, then revoke this one',
  },
});
