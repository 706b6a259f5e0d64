import type { Type } from '@nestjs/common';
import { ApiKeysController } from './api-keys/api-keys.controller.js';
import { CredentialsController } from './credentials/credentials.controller.js';
import { HealthController } from './health/health.controller.js';
import { PublishedController } from './published/published.controller.js';
import { WorkspaceController } from './workspace/workspace.controller.js';
import { WorkspacesController } from './workspaces/workspaces.controller.js';

/** Every controller; a noun adds its own here and its service in composition.ts. */
export const controllers: Type[] = [
  ApiKeysController,
  CredentialsController,
  HealthController,
  PublishedController,
  WorkspaceController,
  WorkspacesController,
];
