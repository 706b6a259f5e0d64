import { describe, expect, it } from 'vitest';
import { FIRST_WORKSPACE_ID, PERMISSIONS, permits, ROLES, type Permission, type Principal, type Role } from './index.js';

const permissions = Object.keys(PERMISSIONS) as Permission[];
const of = (role: Role, more: Partial<Principal> = {}): Principal => ({
  workspaceId: '01930000-0000-7000-8000-000000000001',
  type: 'api_key',
  id: '01930000-0000-7000-8000-000000000002',
  name: 'test',
  role,
  ...more,
});
const may = (role: Role) => permissions.filter((permission) => permits(of(role), permission));

describe('roles × permissions', () => {
  it('leave the secrets to owners and services alone (A27)', () => {
    for (const permission of ['registrations.reveal', 'registrations.token', 'registrations.assert'] as const)
      expect(ROLES.filter((role) => permits(of(role), permission))).toEqual(['owner', 'service']);
  });

  it('leave break-glass to those who bring hospitals in, who decide on no approval but for the owner (T12)', () => {
    for (const permission of ['registrations.ask_reveal', 'registrations.break_glass'] as const)
      expect(ROLES.filter((role) => permits(of(role), permission))).toEqual(['owner', 'product', 'customer_success']);
    expect(ROLES.filter((role) => permits(of(role), 'approvals.decide'))).toEqual(['owner', 'approver']);
  });

  it('an auditor and an approver change nothing but decisions', () => {
    // Their own sessions aside.
    const changes = (permission: Permission) => !/\.(read|lookup)$|^sessions\./.test(permission);
    expect(may('auditor').filter(changes)).toEqual([]);
    expect(may('approver').filter(changes)).toEqual(['approvals.decide']);
  });

  it('an owner may do all in its workspace, and nothing with workspaces unless it is the platform operator', () => {
    expect(permissions.filter((permission) => !permits(of('owner'), permission))).toEqual(['workspaces.read', 'workspaces.write']);
    expect(permits(of('owner', { workspaceId: FIRST_WORKSPACE_ID }), 'workspaces.write')).toBe(true);
    expect(permits(of('product', { workspaceId: FIRST_WORKSPACE_ID }), 'workspaces.write')).toBe(false);
    expect(permits(of('owner', { workspaceId: FIRST_WORKSPACE_ID, environment: 'sandbox' }), 'workspaces.write')).toBe(false);
  });
});
