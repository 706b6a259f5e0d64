import type { Change } from './change.js';
import type { StepContext } from './strategy.js';

/**
 * Commits the attempt of what is about to be sent. Where the database cannot say whether it has committed, nothing is sent; that
 * is the one thing that is known of it, so the attempt says so, if it is there, and whoever takes over need not call it unknown.
 * @returns whether it may be sent
 */
export async function beginAttempt(context: StepContext, change: Change & Required<Pick<Change, 'newAttempt'>>): Promise<boolean> {
  try {
    return (await context.commit(change)) === 'written';
  } catch (error) {
    const attempt = { id: change.newAttempt.id, status: 'not_sent' } as const;
    // Best effort: left as `sending` it becomes unknown, which is safe.
    await context.keepAnswer({ workspaceId: change.workspaceId, attempt }).catch(() => undefined);
    throw error;
  }
}
