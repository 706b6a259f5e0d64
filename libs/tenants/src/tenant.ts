import { z } from 'zod';

export type TenantStatus = 'active' | 'offboarding' | 'offboarded';

/** People at the hospital whom one may have to call. */
export const tenantContactsSchema = z
  .array(
    z.strictObject({
      name: z.string().trim().min(1).max(200),
      email: z.email().max(254).optional(),
      phone: z.string().trim().min(1).max(50).optional(),
      role: z.string().trim().min(1).max(100).optional(),
    }),
  )
  .max(20);
export type TenantContact = z.output<typeof tenantContactsSchema>[number];

/** The caller's own notes: at most 50 texts of 500 characters. Never read by Registrar. */
export const tenantMetadataSchema = z
  .record(z.string().regex(/^[A-Za-z0-9_.-]{1,40}$/, 'up to 40 letters, digits, dots, dashes and underscores'), z.string().max(500))
  .refine((metadata) => Object.keys(metadata).length <= 50, 'at most 50 members');

/** A hospital or health system of a workspace. */
export interface Tenant {
  readonly id: string;
  readonly name: string;
  /** The caller's own id of it; unique within the workspace. */
  readonly externalId?: string;
  readonly contacts: readonly TenantContact[];
  readonly metadata: Readonly<Record<string, string>>;
  readonly status: TenantStatus;
  readonly suspendedAt?: Date;
  /** Grows with each change; the ETag. */
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface NewTenant {
  readonly name: string;
  readonly externalId?: string | undefined;
  readonly contacts?: readonly TenantContact[] | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

/** What changes. Absent stays; null takes away. */
export interface TenantChange {
  readonly name?: string | undefined;
  readonly externalId?: string | null | undefined;
  readonly contacts?: readonly TenantContact[] | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

export interface TenantFilter {
  readonly externalId?: string | undefined;
  readonly status?: TenantStatus | undefined;
}
