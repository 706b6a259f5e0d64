import { z } from 'zod';

const port = z.coerce.number().int().min(0).max(65_535);
const listOf = (fallback: string) =>
  z
    .string()
    .default(fallback)
    .transform((text) =>
      text
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== ''),
    );
const list = listOf('');
const url = z.url({ protocol: /^https?$/ }).transform((text) => text.replace(/\/+$/, ''));
const count = (min: number, max: number) => z.coerce.number().int().min(min).max(max);

const ladder = (steps: string) =>
  z
    .string()
    .default(steps)
    .transform((text) => text.split(',').map(Number))
    .refine((all) => all.every((step) => Number.isInteger(step) && step >= 0), 'whole milliseconds, comma-separated');

/** Signatures by a private key alone: a provider's public key is no secret to check a MAC with. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

/**
 * Every setting, what it is for and its default. The reader of the environment, `.env.example` and the README's table
 * are made from this one list. A name in `fileSettings` may also be given as NAME_FILE, the path of a file that holds it.
 */
export const settingsSchema = z.object({
  NODE_ENV: z
    .enum(['development', 'test', 'production'])
    .default('development')
    .describe('production refuses what is only fit for a laptop'),
  REGISTRAR_HOME: z.string().default('.registrar').describe('Folder for the embedded database, the owner key and the key-encryption key'),
  HOST: z.string().default('127.0.0.1').describe('Address that the API listens on'),
  PORT: port.default(3000).describe('Port of the API'),
  METRICS_PORT: port.default(9464).describe('Port of /metrics, on HOST; 0 takes a free one'),
  PUBLIC_URL: url.optional().describe('Base of the hosted key sets as EHRs reach it; http://localhost:PORT when left out'),
  PUBLIC_URL_ALIASES: list.describe('Earlier PUBLIC_URLs whose key set URLs still stand in portals'),
  DATABASE_URL: z.string().min(1).optional().describe("PostgreSQL 15 or newer, the app's role; left out, npm start brings its own"),
  DATABASE_OWNER_URL: z.string().min(1).optional().describe("The owner's role, for migrations alone"),
  DATABASE_POOL_SIZE: count(1, 200).default(16).describe('Connections of each process'),
  REDIS_URL: z.string().min(1).optional().describe('Redis for the queue; left out, the queue runs on PostgreSQL'),
  KEK_FILE: z
    .string()
    .min(1)
    .optional()
    .describe('File with the key-encryption key (mode 0600); made on the first embedded start, required in production'),
  KEK: z
    .string()
    .min(1)
    .optional()
    .describe(
      'The key-encryption key by its address instead: file:/PATH, aws-kms:ARN, transit:https://HOST/MOUNT/KEY, or pkcs11: (RFC 7512)',
    ),
  KEK_PREVIOUS: list.describe('Keys that open what they wrapped until all is rewrapped, by their addresses, comma-separated'),
  KEK_TOKEN_FILE: z.string().min(1).optional().describe('File with the token for transit: keys; read anew for every call'),
  DATA_KEY_DAYS: count(1, 3_650)
    .default(365)
    .describe("After how many days a hospital's or workspace's data key gets a successor, by which everything is then sealed anew"),
  OUTBOUND_ALLOW: list.describe('Private or loopback addresses that may be called: CIDRs or hosts, comma-separated'),
  OUTBOUND_PORTS: list
    .refine((ports) => ports.every((one) => /^\d{1,5}$/.test(one)), 'port numbers, comma-separated')
    .transform((ports) => ports.map(Number))
    .describe('Ports besides 443 at which EHRs may be called, e.g. 8443'),
  TRUST_PROXY: list.describe('Addresses of proxies whose X-Forwarded-For is believed'),
  CONSOLE_URL: url.optional().describe('Address at which browsers reach Registrar; PUBLIC_URL when left out'),
  SESSION_IDLE_MINUTES: count(1, 1_440).default(30).describe("Minutes without a request after which a browser's session ends"),
  SESSION_HOURS: count(1, 168).default(12).describe("Hours after which a browser's session ends in any case"),
  OIDC_ISSUER: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('OpenID provider whose tokens are taken, exactly as they name it in iss; left out, there are API keys alone'),
  OIDC_AUDIENCE: z.string().min(1).optional().describe('What its access tokens have to be for (aud); PUBLIC_URL when left out'),
  OIDC_ALGORITHMS: listOf('RS256')
    .refine((all) => all.length > 0 && all.every((one) => ALGORITHMS.includes(one)), `some of ${ALGORITHMS.join(', ')}`)
    .describe('Signatures that are taken, comma-separated; never none or one with a shared secret'),
  OIDC_TOKEN_TYPES: listOf('at+jwt,JWT').describe('Values of typ that an access token may have; absent: also none at all'),
  OIDC_ROLE_CLAIM: z
    .string()
    .min(1)
    .default('groups')
    .describe('Claim whose values a workspace maps to roles, by its name or its path, e.g. realm_access.roles'),
  OIDC_WORKSPACE_CLAIM: z
    .string()
    .min(1)
    .optional()
    .describe("Claim that holds the workspace's id (ws_…); left out, everybody belongs to the first workspace"),
  OIDC_CLIENT_ID: z
    .string()
    .min(1)
    .optional()
    .describe('Registrar as a client of the provider, to sign people in; its redirect URI is CONSOLE_URL/v1/sign-in/callback'),
  OIDC_CLIENT_SECRET: z.string().min(1).optional().describe('The secret of that client; left out, it is a public one'),
  OIDC_SCOPES: z.string().min(1).default('openid profile email').describe('What is asked for at the sign-in, separated by spaces'),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
    .default('info')
    .describe('Least severe log line that is written'),
  WORKER_CONCURRENCY: count(1, 512).default(48).describe('Operations that one worker has in hand at once, over all servers'),
  SWEEP_INTERVAL_MS: count(50, 60_000).default(2_000).describe('How often each worker looks for due work by itself'),
  RATE_LIMIT_PER_SECOND: count(1, 100_000)
    .default(100)
    .describe('Requests that one API key or person may make each second, and one address without a key'),
  REGISTRATIONS_PER_TENANT: count(1, 1_000_000)
    .default(10_000)
    .describe('Registrations that one hospital may have, those that ended aside'),
  QUEUED_PER_TENANT: count(1, 1_000_000).default(2_000).describe('Those of them that may wait to be registered at once'),
  PROOF_LADDER_MS: ladder('0,5000,30000,120000,600000').describe('Waits before each try to prove a new client, in milliseconds'),
  DEREGISTER_LADDER_MS: ladder('5000,30000,120000,600000,3600000,14400000,43200000').describe(
    'Waits before each further try to delete a client at an EHR that does not answer, in milliseconds; then it is left to a person',
  ),
  KEYRING_BACKUP_DAYS: count(0, 3_650)
    .default(30)
    .describe('For how many days backups of the schema keyring are kept; off-boarding certificates name the day when the last one is gone'),
  AUDIT_CHECKPOINTS: z
    .string()
    .regex(/^(stdout|file:.+|https?:\/\/.+)$/, 'stdout, file:PATH or the address of a webhook')
    .optional()
    .describe(
      'Where signed checkpoints of the audit log go: stdout, file:PATH or https://…; left out, stdout in production, else a file in REGISTRAR_HOME',
    ),
  AUDIT_RETENTION_DAYS: count(1, 36_500)
    .optional()
    .describe('After how many days npm run audit:cut takes audit entries out; left out, they are kept for ever'),
  CLOCK_OFFSET_MS: z.coerce.number().int().default(0).describe('Moves the business clock; refused in production'),
  LEASE_MS: count(1_000, 600_000)
    .default(60_000)
    .describe('How long an operation stays with a worker that says nothing more, in milliseconds; under 60000 is refused in production'),
  FAULTS: z.string().optional().describe('Where a test has this process fail, see libs/faults; refused unless NODE_ENV is test'),
  CLOCK_FILE: z.string().optional().describe('File whose number moves the business clock while it runs; refused unless NODE_ENV is test'),
});

/** Settings that hold a secret, and so may come from a file. */
export const fileSettings = ['DATABASE_URL', 'DATABASE_OWNER_URL', 'REDIS_URL', 'OIDC_CLIENT_SECRET'] as const;

export type Settings = z.output<typeof settingsSchema>;
