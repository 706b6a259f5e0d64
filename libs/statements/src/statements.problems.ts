import { defineProblems } from '@registrar/problem';

export const statementProblem = defineProblems({
  'software_statements.not_found': {
    kind: 'not_found',
    title: 'There is no such software statement',
    actor: 'caller',
    label: 'Check the id; ids start with sst_',
  },
  'software_statements.refused': {
    kind: 'refused',
    title: 'The software statement cannot be used',
    actor: 'product_team',
    label: 'Read what errors names, and obtain a statement that is valid and within what the application is approved for',
  },
  'software_statements.application_unknown': {
    kind: 'refused',
    title: 'It cannot be told which application the software statement is for',
    actor: 'caller',
    label: 'Name the application by its id',
  },
  'software_statements.no_registration_endpoint': {
    kind: 'conflict',
    title: 'The EHR has no registration endpoint that a statement could be for',
    actor: 'ehr_administrator',
    label: 'Have dynamic registration switched on at the EHR and discover again, or register through its portal',
  },
  'software_statements.origin_unconfirmed': {
    kind: 'conflict',
    title: 'Nobody has confirmed the address that the statement would be sent to',
    actor: 'customer_success',
    label: "Ask the hospital whether that address is its EHR's, then confirm the EHR and add the statement again",
  },
  'software_statements.metadata_refused': {
    kind: 'refused',
    title: 'The application does not fit this EHR, so nothing can be vouched for',
    actor: 'product_team',
    label: 'Mend the members that the findings name, then issue the statement again',
  },
  'software_statements.keys_unavailable': {
    kind: 'unavailable',
    title: "The keys of the statement's issuer could not be fetched",
    retryable: true,
    actor: 'product_team',
    label: 'Check the address of the key set, then upload the statement again',
  },
});
