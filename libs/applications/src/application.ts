import type { ApplicationKind, ClientMetadata } from '@registrar/dcr';

/** What is registered: client metadata as a template, with its newest revision. */
export interface Application {
  readonly id: string;
  readonly name: string;
  readonly kind: ApplicationKind;
  readonly revision: ApplicationRevision;
  readonly suspendedAt?: Date;
  /** Grows with each change; the ETag. */
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** One state of an application's template. Never changes: a change makes the next number. */
export interface ApplicationRevision {
  readonly id: string;
  /** 1, 2, 3 … */
  readonly number: number;
  readonly clientMetadata: ClientMetadata;
  readonly requiredScopes: readonly string[];
  readonly optionalScopes: readonly string[];
  /** Where an EHR starts the application. */
  readonly launchUrl?: string;
  readonly createdAt: Date;
}

export interface NewApplication {
  readonly name: string;
  readonly kind: ApplicationKind;
  /** As the caller wrote it; checked by `parseClientMetadata`. */
  readonly clientMetadata: unknown;
  readonly requiredScopes?: readonly string[] | undefined;
  readonly optionalScopes?: readonly string[] | undefined;
  readonly launchUrl?: string | undefined;
}

/** What changes. Absent stays; `launchUrl: null` takes it away. The kind stays for ever. */
export interface ApplicationChange {
  readonly name?: string | undefined;
  readonly clientMetadata?: unknown;
  readonly requiredScopes?: readonly string[] | undefined;
  readonly optionalScopes?: readonly string[] | undefined;
  readonly launchUrl?: string | null | undefined;
}

/** What an application says differently at one EHR. */
export interface ApplicationOverride {
  readonly applicationId: string;
  readonly ehrId: string;
  readonly clientMetadata: ClientMetadata;
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}
