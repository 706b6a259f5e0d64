import { z } from 'zod';
import { shownWorkspace } from '../workspace/workspace.dto.js';

export const newWorkspace = z.strictObject({ name: z.string().trim().min(1).max(200) });
export type NewWorkspace = z.output<typeof newWorkspace>;

export const madeWorkspace = shownWorkspace.extend({ owner_key: z.string().describe('The first API key of its owner; shown this once') });
