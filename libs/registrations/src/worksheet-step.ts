import { problemDocument } from '@registrar/problem';
import { digestText, newId } from '@registrar/vault';
import { changeOf } from './change-of.js';
import { clientKeys, markerOf } from './client-keys.js';
import { documentOf, KEYS_TO_COME } from './document-of.js';
import { present } from './present.js';
import { registrationProblem } from './registrations.problems.js';
import { markStep, type Step } from './step.js';
import type { StepContext, StepResult } from './strategy.js';
import type { UpstreamAccess } from './upstream-access.js';
import type { Work } from './work.js';

const STOP: StepResult = { kind: 'stop' };

/**
 * Makes the worksheet: the document as it is to be typed into the vendor's form, with the key set published first
 * (D-11, D-40). It is an attempt that is with a person, so a client made by hand is accounted for like any other.
 */
export async function takeWorksheetStep(work: Work, _step: Step, context: StepContext, access: UpstreamAccess): Promise<StepResult> {
  const problem = problemDocument(registrationProblem('registrations.waits_for_portal'));
  const standing = {
    event: 'need_action',
    action: 'complete_portal_registration',
    operation: 'action_required',
    next: 'done',
    problem,
  } as const;
  if (work.attempt?.status === 'with_person') {
    await context.commit(changeOf(work, standing));
    return STOP;
  }
  const attemptId = newId();
  const draft = documentOf(work, access, { ...KEYS_TO_COME, ...present('keySetId', work.pending?.keySetId) }, markerOf(attemptId));
  if (draft.findings.some((finding) => finding.severity === 'error')) {
    const refused = problemDocument(registrationProblem('registrations.metadata_refused', { extra: { findings: draft.findings } }));
    await context.commit(changeOf(work, { event: 'refuse', operation: 'failed', next: 'done', problem: refused }));
    return STOP;
  }
  const sealer = await access.vault.prepare({ workspaceId: work.scope.workspaceId, tenantId: work.tenant.id });
  const keys = draft.authMethod === 'private_key_jwt' ? await clientKeys(work, draft.signingAlg ?? 'ES384', access, sealer) : undefined;
  const { document, marker } = keys ? documentOf(work, access, keys.keys, markerOf(attemptId)) : draft;
  const steps = markStep(
    markStep(work.operation.steps, 'publish_key', 'done', access.clock.now()),
    'complete_at_portal',
    'running',
    access.clock.now(),
  );
  const newAttempt = {
    id: attemptId,
    kind: 'worksheet',
    status: 'with_person',
    authorizationServerId: work.upstream.authorizationServerId,
    marker: markerOf(attemptId),
    url: work.upstream.endpoints.token ?? '',
    metadata: document,
    metadataDigest: digestText(JSON.stringify(document)),
    deadlineMs: 0,
    ...present('markerMember', marker === 'none' ? undefined : marker),
  } as const;
  await context.commit(changeOf(work, { ...standing, steps }, { ...keys?.rows, newAttempt }));
  return STOP;
}
