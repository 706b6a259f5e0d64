import { permissionsOf, ROLES, type Principal, type Session } from '@registrar/access';
import { ENVIRONMENTS, publicId } from '@registrar/database';
import { z } from 'zod';
import { shownId, shownMoment } from '../public-id.dto.js';
import { subjectId } from '../subject-id.js';

const shownCaller = z.object({
  type: z.enum(['api_key', 'person']),
  id: z.string().describe('Of the key (key_…) or the person (per_…)'),
  name: z.string(),
});

export const shownSession = z.object({
  id: shownId('ses'),
  owner: shownCaller.describe('The API key that it was exchanged for, or who signed in'),
  user_agent: z.string().describe('What the browser called itself at the sign-in'),
  created_at: shownMoment(),
  expires_at: shownMoment().describe('Ends then, however much it is used; sooner where it is not used'),
  last_used_at: shownMoment().describe('To the minute'),
  revoked_at: shownMoment().nullable(),
  current: z.boolean().describe('The one that this request was made with'),
});

export const shownStanding = z.object({
  caller: shownCaller,
  workspace_id: shownId('ws'),
  role: z.enum(ROLES),
  permissions: z.array(z.string()).describe('What the role allows, as noun.verb: for a page to show what can be done'),
  tenant_ids: z.array(shownId('ten')).nullable().describe('Bound to these hospitals; null: to none'),
  application_id: shownId('app').nullable(),
  environment: z.enum(ENVIRONMENTS).nullable(),
  session: shownSession.nullable().describe("null for an API key or a provider's token"),
});

export function showSession(session: Session, caller: Principal): z.output<typeof shownSession> {
  return {
    id: publicId('ses', session.id),
    owner: showCaller(session.owner),
    user_agent: session.userAgent,
    created_at: session.createdAt.toISOString(),
    expires_at: session.expiresAt.toISOString(),
    last_used_at: session.lastUsedAt.toISOString(),
    revoked_at: session.revokedAt?.toISOString() ?? null,
    current: session.id === caller.sessionId,
  };
}

export function showStanding(caller: Principal, session: Session | undefined): z.output<typeof shownStanding> {
  return {
    caller: showCaller(caller),
    workspace_id: publicId('ws', caller.workspaceId),
    role: caller.role,
    permissions: permissionsOf(caller),
    tenant_ids: caller.tenantIds?.map((id) => publicId('ten', id)) ?? null,
    application_id: caller.applicationId === undefined ? null : publicId('app', caller.applicationId),
    environment: caller.environment ?? null,
    session: session ? showSession(session, caller) : null,
  };
}

function showCaller({ type, id, name }: Session['owner']): z.output<typeof shownCaller> {
  return { type, id: subjectId(type, id), name };
}
