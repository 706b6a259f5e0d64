import { defineProblems } from '@registrar/problem';

export const ehrProblem = defineProblems({
  'ehrs.transport_refused': {
    kind: 'refused',
    title: 'The certificates, ports or ranges cannot be taken as they are',
    actor: 'workspace_owner',
    label: 'Mend the members named in errors, and ask again',
  },
  'ehrs.not_found': {
    kind: 'not_found',
    title: 'There is no such EHR',
    actor: 'caller',
    label: 'Check the EHR id; ids start with ehr_',
  },
  'ehrs.tenant_not_found': {
    kind: 'not_found',
    title: 'There is no such tenant',
    actor: 'caller',
    label: 'Check the tenant id; ids start with ten_',
  },
  'ehrs.address_required': {
    kind: 'refused',
    title: 'An EHR needs a fhir_base_url or an issuer, unless registration_mode is portal',
    actor: 'caller',
    label: 'Give the FHIR base URL that the hospital or its vendor named',
  },
  'ehrs.address_refused': {
    kind: 'refused',
    title: 'Registrar does not call this address',
    actor: 'caller',
    label: 'Give a public https URL; a private address must be named in OUTBOUND_ALLOW by the operator of Registrar',
  },
  'ehrs.immutable': {
    kind: 'refused',
    title: 'This member of an EHR stays for ever',
    actor: 'caller',
    label: 'Make another EHR with the new environment, address or hospital',
  },
  'ehrs.in_use': {
    kind: 'conflict',
    title: 'The EHR has registrations',
    actor: 'customer_success',
    label: 'Deregister what is live there, or suspend the EHR; one with a history stays',
  },
  'ehrs.client_scope_in_use': {
    kind: 'conflict',
    title: 'The client scope cannot change while the EHR has registrations',
    actor: 'customer_success',
    label: 'Deregister what is live there first, or make another EHR',
  },
  'ehrs.changed_meanwhile': {
    kind: 'stale',
    title: 'The EHR was changed by somebody else since you read it',
    actor: 'caller',
    label: 'Read the EHR again and repeat the change on what it is now',
  },
  'ehrs.bound_key': {
    kind: 'forbidden',
    title: 'A key that is bound to tenants may read EHRs, not change them',
    actor: 'workspace_owner',
    label: 'Use a key that is not bound to tenants',
  },
  'ehrs.another_hospital': {
    kind: 'refused',
    title: 'The EHR belongs to another hospital',
    actor: 'caller',
    label: 'Choose an EHR of this hospital, or one that is shared',
  },
  'ehrs.nothing_found': {
    kind: 'conflict',
    title: 'Discovery has found nothing that could be confirmed',
    actor: 'ehr_administrator',
    label: 'Look at the problems of the discovery, have them mended, then discover again',
  },
});
