import { defineProblems } from '@registrar/problem';

export const vaultProblem = defineProblems({
  'vault.integrity': {
    kind: 'internal',
    title: 'A sealed value did not open',
    actor: 'registrar_operator',
    label: 'Look into it before anything else: a stored secret was changed, moved or cut',
  },
  'vault.key_missing': {
    kind: 'internal',
    title: 'A key of the vault is missing or was shredded',
    actor: 'registrar_operator',
    label: 'Restore the keyring, or accept that what it sealed is gone',
  },
  'vault.kek_missing': {
    kind: 'internal',
    title: 'The key-encryption key is missing',
    actor: 'registrar_operator',
    label:
      'Provide what the detail names: the file of KEK_FILE (32 bytes, mode 0600), or the key in its token; in production none is made by itself',
  },
  'vault.kek_unsafe': {
    kind: 'internal',
    title: 'The key-encryption key cannot be used',
    actor: 'registrar_operator',
    label: 'Mend what the detail names: the address, the file’s mode (0600) or length (32 bytes), the module, or the key itself',
  },
  'vault.kek_unavailable': {
    kind: 'unavailable',
    title: 'The key-encryption key cannot be reached',
    actor: 'registrar_operator',
    label: 'Look after the key service that the detail names; what needs its key goes on by itself once it answers',
  },
  'vault.kek_denied': {
    kind: 'internal',
    title: 'The key service refuses to use the key-encryption key',
    actor: 'registrar_operator',
    label: 'Give Registrar the right to wrap and unwrap with the key that the detail names, or renew its token or PIN',
  },
  'vault.kek_in_use': {
    kind: 'conflict',
    title: 'Keys are still wrapped with this key-encryption key',
    actor: 'registrar_operator',
    label: 'Let the rewrap end (npm run keys -- rewrap), then retire it',
  },
  'vault.kek_wrong': {
    kind: 'internal',
    title: 'This is not the key-encryption key that the keyring was wrapped with',
    actor: 'registrar_operator',
    label: 'Start with the key whose id the detail names',
  },
});
