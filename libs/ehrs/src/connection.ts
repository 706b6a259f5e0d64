/** A hospital uses an EHR. */
export interface Connection {
  readonly id: string;
  readonly tenantId: string;
  readonly ehrId: string;
  /** The hospital's practice or organization id at that EHR. */
  readonly externalId?: string;
  /** Grows with each change; the ETag. */
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface NewConnection {
  readonly tenantId: string;
  readonly ehrId: string;
  readonly externalId?: string | undefined;
}

/** What changes. Absent stays; null takes away. */
export interface ConnectionChange {
  readonly externalId?: string | null | undefined;
}

export interface ConnectionFilter {
  readonly tenantId?: string | undefined;
  readonly ehrId?: string | undefined;
  readonly externalId?: string | undefined;
}
