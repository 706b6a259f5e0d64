import type { Type } from '@nestjs/common';
import { ApiKeysController } from './api-keys/api-keys.controller.js';
import { ApprovalsController } from './approvals/approvals.controller.js';
import { AuditEventsController } from './audit-events/audit-events.controller.js';
import { BreakGlassController } from './credentials/break-glass.controller.js';
import { CredentialsController } from './credentials/credentials.controller.js';
import { ApplicationOverridesController } from './applications/application-overrides.controller.js';
import { ApplicationsController } from './applications/applications.controller.js';
import { ConnectionsController } from './connections/connections.controller.js';
import { EhrTransportsController } from './ehrs/ehr-transports.controller.js';
import { EhrsController } from './ehrs/ehrs.controller.js';
import { EventsController } from './events/events.controller.js';
import { HealthController } from './health/health.controller.js';
import { PublishedController } from './published/published.controller.js';
import { ImportsController } from './imports/imports.controller.js';
import { InitialAccessTokensController } from './initial-access-tokens/initial-access-tokens.controller.js';
import { BatchesController } from './batches/batches.controller.js';
import { MatrixController } from './matrix/matrix.controller.js';
import { LeakedSecretsController } from './leaked-secrets/leaked-secrets.controller.js';
import { LinksController } from './links/links.controller.js';
import { OpenedLinksController } from './links/opened-links.controller.js';
import { OffboardingController } from './offboarding/offboarding.controller.js';
import { OperationsController } from './operations/operations.controller.js';
import { OrphansController } from './orphans/orphans.controller.js';
import { PortalController } from './registrations/portal.controller.js';
import { RegistrationHistoryController } from './registrations/registration-history.controller.js';
import { RegistrationsController } from './registrations/registrations.controller.js';
import { ReplacementController } from './registrations/replacement.controller.js';
import { SupportBundleController } from './registrations/support-bundle.controller.js';
import { RotationController } from './registrations/rotation.controller.js';
import { RotationsController } from './rotations/rotations.controller.js';
import { RotationLinesController } from './ehrs/rotation-lines.controller.js';
import { RotationPoliciesController } from './rotation-policies/rotation-policies.controller.js';
import { RoleMappingsController } from './role-mappings/role-mappings.controller.js';
import { SessionController, SessionsController } from './sessions/sessions.controller.js';
import { SignInController } from './sign-in/sign-in.controller.js';
import { SoftwareStatementsController } from './software-statements/software-statements.controller.js';
import { SuspensionsController } from './suspensions/suspensions.controller.js';
import { ReportsController } from './reports/reports.controller.js';
import { RolloutsController } from './rollouts/rollouts.controller.js';
import { TenantsController } from './tenants/tenants.controller.js';
import { WorkspaceController } from './workspace/workspace.controller.js';
import { WorkspacesController } from './workspaces/workspaces.controller.js';

/** Every controller; a noun adds its own here and its service in composition.ts. */
export const controllers: Type[] = [
  ApiKeysController,
  ApplicationOverridesController,
  ApplicationsController,
  ApprovalsController,
  AuditEventsController,
  BreakGlassController,
  ConnectionsController,
  CredentialsController,
  EhrsController,
  EhrTransportsController,
  EventsController,
  HealthController,
  ImportsController,
  InitialAccessTokensController,
  PublishedController,
  BatchesController,
  MatrixController,
  LeakedSecretsController,
  LinksController,
  OpenedLinksController,
  OffboardingController,
  ReportsController,
  OperationsController,
  OrphansController,
  PortalController,
  RegistrationHistoryController,
  RegistrationsController,
  ReplacementController,
  SupportBundleController,
  RotationController,
  RotationsController,
  RotationLinesController,
  RotationPoliciesController,
  RoleMappingsController,
  SessionController,
  SessionsController,
  SignInController,
  SoftwareStatementsController,
  SuspensionsController,
  RolloutsController,
  TenantsController,
  WorkspaceController,
  WorkspacesController,
];
