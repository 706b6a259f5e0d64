import { defineProblems } from '@registrar/problem';

export const initialAccessTokenProblem = defineProblems({
  'initial_access_tokens.not_found': {
    kind: 'not_found',
    title: 'There is no such initial access token',
    actor: 'caller',
    label: 'Check the id; ids start with iat_',
  },
  'initial_access_tokens.no_registration_endpoint': {
    kind: 'conflict',
    title: 'The EHR has no registration endpoint that a token could be for',
    actor: 'ehr_administrator',
    label: 'Have dynamic registration switched on at the EHR and discover again, or register through its portal',
  },
  'initial_access_tokens.no_token_endpoint': {
    kind: 'conflict',
    title: 'The EHR has no token endpoint where an initial access token could be fetched',
    actor: 'ehr_administrator',
    label: 'Look at the problems of the discovery, have them mended, then discover again',
  },
  'initial_access_tokens.origin_unconfirmed': {
    kind: 'conflict',
    title: 'The registration endpoint lies at an origin that nobody has confirmed',
    actor: 'customer_success',
    label: "Ask the hospital whether that address is its EHR's, then confirm the EHR and add the token again",
  },
  'initial_access_tokens.quarantined': {
    kind: 'conflict',
    title: "The EHR's endpoints have moved and nobody has confirmed that yet",
    actor: 'customer_success',
    label: 'Ask the hospital whether the move is real, then confirm the EHR and add the token again',
  },
  'initial_access_tokens.expired': {
    kind: 'refused',
    title: 'The initial access token has expired already',
    actor: 'ehr_administrator',
    label: 'Issue a new one',
  },
});
