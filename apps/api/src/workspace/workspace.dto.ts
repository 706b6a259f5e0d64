import { publicId } from '@registrar/database';
import type { Workspace } from '@registrar/tenants';
import { z } from 'zod';
import { shownId, shownMoment } from '../public-id.dto.js';

export const shownWorkspace = z.object({ id: shownId('ws'), name: z.string(), created_at: shownMoment() });

export function showWorkspace({ id, name, createdAt }: Workspace): z.output<typeof shownWorkspace> {
  return { id: publicId('ws', id), name, created_at: createdAt.toISOString() };
}
