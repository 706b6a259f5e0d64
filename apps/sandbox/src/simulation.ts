import { z } from 'zod';
import type { Behaviour, BehaviourChange } from './simulator/behaviour.js';
import type { IatClient } from './simulator/initial-access.js';
import type { KeyFetch } from './simulator/key-cache.js';

const place = { vendor: z.string(), hospital: z.string() };

/** `POST /clients`: a client that a person enters at the vendor's portal. */
export const enteredClientSchema = z.strictObject({
  ...place,
  client_id: z.string().min(1).optional(),
  /** Where the metadata's method needs one and none is given, the server makes it. */
  client_secret: z.string().min(1).optional(),
  active: z.boolean().optional(),
  metadata: z.record(z.string(), z.unknown()),
});

/** `POST /clients/change`: what a person changes there. Members of `metadata` that are not named stay. */
export const changedClientSchema = z.strictObject({
  ...place,
  client_id: z.string(),
  metadata: z.record(z.string(), z.unknown()).optional(),
  active: z.boolean().optional(),
  new_secret: z.boolean().optional(),
  /** What its answers say of the newest secret's end from now on, whatever that is; null = nothing. */
  secret_expires_at: z.number().nullable().optional(),
});

/** `POST /initial-access-tokens`. What is not named is as the server's behaviour has it; null = no end. */
export const mintSchema = z.strictObject({
  ...place,
  uses: z.int().min(1).nullable().optional(),
  ttl_ms: z.int().min(1).nullable().optional(),
});

/** What the person reads off the screen. */
export interface EnteredClient {
  client_id: string;
  client_secret?: string;
}

/** What the control port can do with a simulated server beyond what every authorization server takes. */
export interface Simulation {
  behaviour(): Behaviour;
  change(change: BehaviourChange): void;
  /** Makes an initial access token. */
  mint(how: { readonly uses?: number | null; readonly ttlMs?: number | null }): string;
  iatClient(): IatClient | undefined;
  adminToken(): string | undefined;
  enterClient(asks: z.infer<typeof enteredClientSchema>): EnteredClient;
  /** undefined where there is no such client. */
  changeClient(asks: z.infer<typeof changedClientSchema>): EnteredClient | undefined;
  keyFetches(): readonly KeyFetch[];
  /** The next assertion has its keys fetched anew. */
  forgetKeys(): void;
  /** Lets go of what time has ended. */
  sweep(): void;
}
