import type { DecryptCommandOutput, EncryptCommandOutput, KMSClient } from '@aws-sdk/client-kms';
import { canonicalBytes } from './canonical.js';
import type { KeyEncryptionKey } from './kek.js';
import { kekWrong } from './kek-ring.js';
import { vaultProblem } from './vault.problems.js';

export interface AwsKmsPlace {
  readonly region: string;
  /** The key's ARN. An alias may come to mean another key, which could not open what the first one wrapped. */
  readonly keyArn: string;
  /** Where another endpoint than the region's own is wanted. */
  readonly endpoint?: string;
}

const DEADLINE_MS = 10_000;
/** What says that this caller may not, whatever the key. */
const DENIED = new Set([
  'AccessDeniedException',
  'UnrecognizedClientException',
  'ExpiredTokenException',
  'CredentialsProviderError',
  'InvalidSignatureException',
]);
/** What says that these bytes are not what the key wrapped for this context. */
const NOT_OURS = new Set(['InvalidCiphertextException', 'IncorrectKeyException']);

/**
 * A symmetric key of AWS KMS. Its credentials come from the environment as the SDK finds them. A yearly rotation within KMS
 * keeps the ARN, and KMS knows by itself which version wrapped what: to Registrar it is one version.
 */
export function awsKmsKeyEncryptionKey(place: AwsKmsPlace): KeyEncryptionKey {
  const id = `aws-kms:${place.keyArn}`;
  let client: Promise<KMSClient> | undefined;
  const contextOf = (associated: readonly string[]) => ({ 'registrar.binding': canonicalBytes(associated).toString('base64') });
  const guarded = async <T>(work: (client: KMSClient, signal: AbortSignal) => Promise<T>): Promise<T> => {
    try {
      client ??= open(place);
      return await work(await client, AbortSignal.timeout(DEADLINE_MS));
    } catch (error) {
      throw failure(id, error);
    }
  };
  return {
    id,
    current: () => Promise.resolve({ id, version: 1 }),
    wrap: async (key, associated) => {
      const { EncryptCommand } = await import('@aws-sdk/client-kms');
      const command = new EncryptCommand({ KeyId: place.keyArn, Plaintext: key, EncryptionContext: contextOf(associated) });
      const answer = await guarded<EncryptCommandOutput>((kms, abortSignal) => kms.send(command, { abortSignal }));
      return { kekId: id, kekVersion: 1, bytes: bytesOf(answer.CiphertextBlob, id) };
    },
    unwrap: async (wrapped, associated) => {
      if (wrapped.kekId !== id) throw kekWrong(wrapped.kekId, [id]);
      const { DecryptCommand } = await import('@aws-sdk/client-kms');
      const command = new DecryptCommand({ KeyId: place.keyArn, CiphertextBlob: wrapped.bytes, EncryptionContext: contextOf(associated) });
      const answer = await guarded<DecryptCommandOutput>((kms, abortSignal) => kms.send(command, { abortSignal }));
      return bytesOf(answer.Plaintext, id);
    },
  };
}

/** Loaded only where it is used: the SDK is the largest thing in the house. */
async function open({ region, endpoint }: AwsKmsPlace): Promise<KMSClient> {
  const { KMSClient: Client } = await import('@aws-sdk/client-kms');
  return new Client({ region, maxAttempts: 2, ...(endpoint === undefined ? {} : { endpoint }) });
}

function failure(id: string, error: unknown) {
  const name = error instanceof Error ? error.name : '';
  if (NOT_OURS.has(name)) return vaultProblem('vault.integrity');
  if (DENIED.has(name)) return vaultProblem('vault.kek_denied', { detail: `${id}: ${name}.` });
  return vaultProblem('vault.kek_unavailable', { detail: `${id} could not be used${name === '' ? '' : `: ${name}`}.` });
}

function bytesOf(bytes: Uint8Array | undefined, id: string): Buffer {
  if (!bytes) throw vaultProblem('vault.kek_unavailable', { detail: `${id} gave no whole answer.` });
  return Buffer.from(bytes);
}
