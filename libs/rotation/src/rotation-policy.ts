import type { PolicyRules } from './policy.js';

/** Whom a policy is for: one application, one EHR, or one hospital. */
export type PolicySubject = { readonly applicationId: string } | { readonly ehrId: string } | { readonly tenantId: string };

/** A policy as people and programs see it. */
export interface RotationPolicy {
  readonly id: string;
  readonly applicationId: string | null;
  readonly ehrId: string | null;
  readonly tenantId: string | null;
  readonly rules: PolicyRules;
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface PolicyFilter {
  readonly applicationId?: string | undefined;
  readonly ehrId?: string | undefined;
  readonly tenantId?: string | undefined;
}
