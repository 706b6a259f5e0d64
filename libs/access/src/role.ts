/** What a key may be for. */
export const ROLES = ['owner', 'product', 'customer_success', 'service', 'approver', 'auditor'] as const;
export type Role = (typeof ROLES)[number];

const EVERYONE = ROLES;
const ONBOARDING = ['owner', 'product', 'customer_success'] as const;
const PRODUCT = ['owner', 'product'] as const;
const SERVICE = ['owner', 'service'] as const;

/**
 * Who may do what: the one table. A permission is `noun.verb`; every route names one. `workspaces` belong to the platform's
 * operator: an owner of the first workspace, which `permits` checks besides. `sessions` are one's own; an unbound owner has
 * those of the whole workspace.
 */
export const PERMISSIONS = {
  'workspace.read': EVERYONE,
  'workspaces.read': ['owner'],
  'workspaces.write': ['owner'],
  'sessions.read': EVERYONE,
  'sessions.write': EVERYONE,
  'role_mappings.read': ['owner'],
  'role_mappings.write': ['owner'],
  'api_keys.read': ['owner'],
  'api_keys.write': ['owner'],
  'tenants.read': EVERYONE,
  'tenants.write': ONBOARDING,
  'tenants.suspend': PRODUCT,
  'tenants.offboard': ['owner'],
  'ehrs.read': EVERYONE,
  'ehrs.write': ONBOARDING,
  'ehrs.confirm': PRODUCT,
  'ehrs.transport': ['owner'],
  'ehrs.suspend': PRODUCT,
  'initial_access_tokens.read': ONBOARDING,
  'initial_access_tokens.write': ONBOARDING,
  'software_statements.read': ONBOARDING,
  'software_statements.write': ONBOARDING,
  'connections.read': EVERYONE,
  'connections.write': ONBOARDING,
  'applications.read': EVERYONE,
  'applications.write': PRODUCT,
  'applications.suspend': PRODUCT,
  'rollouts.write': PRODUCT,
  'registrations.read': EVERYONE,
  'registrations.write': ONBOARDING,
  'registrations.operate': ONBOARDING,
  'registrations.suspend': PRODUCT,
  'registrations.deregister': PRODUCT,
  'registrations.lookup': [...ONBOARDING, 'service'],
  'registrations.assert': SERVICE,
  'registrations.token': SERVICE,
  'registrations.reveal': SERVICE,
  'registrations.ask_reveal': ONBOARDING,
  'registrations.break_glass': ONBOARDING,
  'batches.read': EVERYONE,
  'batches.write': ONBOARDING,
  'operations.read': EVERYONE,
  'rotation_policies.read': EVERYONE,
  'rotation_policies.write': PRODUCT,
  'orphans.read': ONBOARDING,
  'orphans.resolve': ONBOARDING,
  'approvals.read': EVERYONE,
  'approvals.decide': ['owner', 'approver'],
  'audit.read': ['owner', 'auditor'],
  'links.read': ['owner', 'customer_success'],
  'links.write': ['owner', 'customer_success'],
  'reports.read': ['owner', 'auditor', 'approver'],
  'events.read': [...ONBOARDING, 'service', 'auditor'],
  'webhooks.write': PRODUCT,
} as const satisfies Record<`${string}.${string}`, readonly Role[]>;

export type Permission = keyof typeof PERMISSIONS;
