/** One value that a simulated server issued: its SHA-256 in hexadecimal, never the value. Times are RFC 3339. */
export interface IssuedVersion {
  sha256: string;
  issued_at: string;
  /** null: it is the current one. */
  replaced_at: string | null;
  /** null: it has no end that is known. */
  ends_at: string | null;
}

/** What a simulated server knows of one client beyond what every vendor's ledger has, to compare with Registrar's books. */
export interface ClientHistory {
  secrets: IssuedVersion[];
  registration_access_tokens: IssuedVersion[];
  /** When this server first saw each key in the client's `jwks_uri`. */
  keys_seen: { kid: string; at: string }[];
  reads: number;
  updates: number;
  refused_authentications: number;
  tokens_revoked: number;
  deleted_by: 'client' | 'administrator' | 'expiry' | null;
  /** Entered by a person, not registered. */
  by_hand: boolean;
  /** False until the practice has activated it. */
  active: boolean;
  /** The client as the server has it, without secret and tokens. */
  metadata: Readonly<Record<string, unknown>>;
}
