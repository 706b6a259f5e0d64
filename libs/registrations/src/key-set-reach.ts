import { OutboundFailure } from '@registrar/outbound';
import type { Problem } from '@registrar/problem';
import { READ_DEADLINE_MS, type UpstreamAccess } from './upstream-access.js';
import { updateProblem } from './updates.problems.js';
import type { Work } from './work.js';

const MAX_BYTES = 512 * 1024;

/**
 * Whether the key set that the server would fetch can be fetched at all, from outside as far as that can be told (H-40): a server
 * that cannot fetch it refuses a client that is alive. Undefined where it can, or where there is none.
 */
export async function keySetProblem(work: Work, access: UpstreamAccess): Promise<Problem | undefined> {
  const url = work.client?.requestedMetadata['jwks_uri'];
  if (work.client?.authMethod !== 'private_key_jwt' || typeof url !== 'string') return undefined;
  try {
    const { status } = await access.outbound.request({
      method: 'GET',
      url,
      headers: { accept: 'application/json' },
      deadlineMs: READ_DEADLINE_MS,
      maxBytes: MAX_BYTES,
      connection: 'fresh',
      followRedirects: 0,
      partition: `${work.scope.workspaceId}:${work.tenant.id}`,
    });
    return status === 200 ? undefined : updateProblem('registrations.key_set_unreachable', { detail: `The key set answered ${status}.` });
  } catch (error) {
    if (!(error instanceof OutboundFailure)) throw error;
    return updateProblem('registrations.key_set_unreachable', { detail: `The key set could not be fetched (${error.code}).` });
  }
}
