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
    label: 'Provide the file that KEK_FILE names (32 bytes, mode 0600); in production it is never made by itself',
  },
  'vault.kek_unsafe': {
    kind: 'internal',
    title: 'The key-encryption key cannot be used',
    actor: 'registrar_operator',
    label: 'Mend what the detail names: the file’s mode (0600), its length (32 bytes), or the key itself',
  },
  'vault.kek_wrong': {
    kind: 'internal',
    title: 'This is not the key-encryption key that the keyring was wrapped with',
    actor: 'registrar_operator',
    label: 'Start with the key whose id the detail names',
  },
});
