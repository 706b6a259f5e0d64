import type { Database, UnitOfWork } from '@registrar/database';
import type { Outbound } from '@registrar/outbound';
import { findSecret, type Vault } from '@registrar/vault';
import { CLIENT_CERTIFICATE_KEY, type StoredTransport } from './ehr-transport.js';

/** Which road an EHR is reached by: the common one where nothing was approved for it. */
export interface RoadTo {
  readonly workspaceId: string;
  readonly ehrId: string;
  /** Version of what was approved; absent: nothing was. */
  readonly transportVersion?: number | undefined;
}

const MAX_ROADS = 256;

/**
 * The way out to each EHR. Most share one; an EHR for which something was approved has one of its own, whose connections
 * nothing else shares. What was approved anew is another road; the one before ends once it has not been asked for in a while.
 */
export class EhrRoads {
  readonly #roads = new Map<string, Promise<Outbound>>();

  constructor(
    private readonly database: Database,
    private readonly vault: Vault,
    private readonly common: Outbound,
  ) {}

  to(road: RoadTo): Promise<Outbound> {
    if (road.transportVersion === undefined) return Promise.resolve(this.common);
    const key = `${road.ehrId}:${road.transportVersion}`;
    const known = this.#roads.get(key) ?? this.#build(road);
    this.#roads.delete(key);
    this.#roads.set(key, known);
    known.catch(() => this.#roads.delete(key));
    const [oldest] = this.#roads;
    if (this.#roads.size > MAX_ROADS && oldest) this.#roads.delete(oldest[0]);
    return known;
  }

  async #build({ workspaceId, ehrId }: RoadTo): Promise<Outbound> {
    const scope: UnitOfWork = { workspaceId, actor: { type: 'system', id: 'roads' }, requestId: 'road' };
    const { transport, sealed } = await this.database.transaction(scope, async (tx) => {
      const [row] = await tx.query<{ transport: StoredTransport }>('SELECT transport FROM ehrs WHERE workspace_id = $1 AND id = $2', [
        workspaceId,
        ehrId,
      ]);
      const found = row?.transport;
      return {
        transport: found,
        sealed: found?.clientCertificate ? await findSecret(tx, ehrId, CLIENT_CERTIFICATE_KEY, found.version) : undefined,
      };
    });
    if (!transport) return this.common;
    const { authorities, clientCertificate, ports, ranges, version } = transport;
    const subject = { subjectId: ehrId, kind: CLIENT_CERTIFICATE_KEY, version };
    const privateKey = sealed && (await this.vault.open({ workspaceId }, subject, sealed.bytes));
    return this.common.through({
      authorities: authorities.map(({ pem }) => pem),
      ports,
      ranges,
      ...(clientCertificate && privateKey
        ? { clientCertificate: { certificate: clientCertificate.map(({ pem }) => pem).join('\n'), privateKey } }
        : {}),
    });
  }
}
