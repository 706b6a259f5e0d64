import { defineProblems } from '@registrar/problem';

/** What can go wrong with a client that stands already: changing it, reading it, losing hold of it. */
export const updateProblem = defineProblems({
  'registrations.unmanageable': {
    kind: 'conflict',
    title: 'The client cannot be changed or read from here',
    actor: 'ehr_administrator',
    label: 'Have the EHR’s administrator make the change there, or register anew; the client itself goes on working',
  },
  'registrations.control_lost': {
    kind: 'conflict',
    title: 'Registrar no longer holds a registration access token that the EHR accepts',
    actor: 'ehr_administrator',
    label: 'Tokens go on. Ask the EHR’s administrator for the change, or deregister and register anew when it suits the hospital',
  },
  'registrations.secret_lost': {
    kind: 'refused',
    title: 'The EHR replaced the client secret, and its answer was lost',
    actor: 'customer_success',
    label: 'Tokens have stopped. Have the EHR’s administrator issue a new secret, or register anew',
  },
  'registrations.ehr_quarantined': {
    kind: 'conflict',
    title: 'The EHR is quarantined: its endpoints have moved',
    actor: 'product_team',
    label: 'Open the EHR, compare its endpoints with the vendor, and confirm them',
  },
  'registrations.auth_method_fixed': {
    kind: 'refused',
    title: 'An update does not change how the client authenticates',
    actor: 'product_team',
    label: 'Leave token_endpoint_auth_method as it is, or rotate the credential to the other method',
  },
  'registrations.update_refused': {
    kind: 'refused',
    title: 'The EHR refused the change; the client is as it was',
    actor: 'product_team',
    label: 'Read the EHR’s words, change the metadata, and ask again',
  },
  'registrations.update_forbidden': {
    kind: 'refused',
    title: 'A policy of the EHR forbids the change; the client is as it was',
    actor: 'ehr_administrator',
    label: 'Ask the EHR’s administrator which policy refused it',
  },
  'registrations.updates_not_taken': {
    kind: 'refused',
    title: 'The EHR does not let clients be changed',
    actor: 'ehr_administrator',
    label: 'Have the EHR’s administrator make the change there, or register anew',
  },
  'registrations.update_unapplied': {
    kind: 'refused',
    title: 'The EHR answered the change with success and did not make it',
    actor: 'ehr_administrator',
    label: 'Ask the EHR’s administrator why the members of unapplied stay as they were',
  },
  'registrations.update_undone': {
    kind: 'refused',
    title: 'The EHR granted more than the change asked for, so the change was taken back',
    actor: 'ehr_administrator',
    label: 'Ask the EHR’s administrator why the client was given what nobody asked for',
  },
  'registrations.update_not_undone': {
    kind: 'refused',
    title: 'The EHR grants more than was asked for, and does not take it back',
    actor: 'ehr_administrator',
    label: 'Have the EHR’s administrator restore the client, then sync the registration',
  },
  'registrations.other_client': {
    kind: 'refused',
    title: 'The EHR answered about another client; nothing of the answer was taken over',
    actor: 'ehr_administrator',
    label: 'Ask the EHR’s administrator why the client’s own address answers for another client',
  },
  'registrations.update_unknown': {
    kind: 'unavailable',
    title: 'We sent the change and do not know what became of it; the registration goes on as it was',
    actor: 'customer_success',
    label: 'Sync the registration once the EHR answers again',
  },
  'registrations.client_gone': {
    kind: 'refused',
    title: 'The EHR no longer knows the client: the hospital has removed it',
    actor: 'customer_success',
    label: 'Ask the hospital whether it meant to; if not, retry with confirm and a reason to register anew',
  },
  'registrations.key_set_unreachable': {
    kind: 'refused',
    title: 'The key set that the EHR reads our keys from cannot be fetched',
    actor: 'registrar_operator',
    label: 'See that PUBLIC_URL answers from outside, then verify the registration',
  },
  'registrations.server_refuses_everybody': {
    kind: 'unavailable',
    title: 'The EHR refuses most of its clients at once, so it is taken to be out of order',
    retryable: true,
    actor: 'ehr_administrator',
    label: 'Ask the EHR’s administrator what happened; nothing is concluded of any client meanwhile',
  },
  'registrations.confirmation_needed': {
    kind: 'conflict',
    title: 'This client is registered anew only on a named person’s word',
    actor: 'customer_success',
    label: 'Ask the hospital, then retry with confirm: true and the reason',
  },
  'registrations.widened_at_source': {
    kind: 'refused',
    title: 'Somebody gave the client more at the EHR than was asked for, and it cannot be taken back from here',
    actor: 'ehr_administrator',
    label: 'Have the EHR’s administrator restore the client, then sync the registration',
  },
  'registrations.nothing_to_compare': {
    kind: 'conflict',
    title: 'The client can neither be read without being changed nor ask for a token',
    actor: 'ehr_administrator',
    label: 'Have the EHR’s administrator compare the client with the registration’s requested metadata',
  },
  'registrations.read_unknown': {
    kind: 'unavailable',
    title: 'The EHR’s answer about the client was lost or cannot be used',
    retryable: true,
    actor: 'customer_success',
    label: 'Sync the registration again once the EHR answers',
  },
  'registrations.management_unreachable': {
    kind: 'unavailable',
    title: 'The EHR could not be reached; nothing was sent',
    retryable: true,
    actor: 'ehr_administrator',
    label: 'Ask the EHR’s administrator whether the server is up, then ask again',
  },
});
