import type { AuditLog } from '@registrar/audit';
import type { Clock } from '@registrar/clock';
import type { Database, Transaction } from '@registrar/database';
import { accessScope } from './access-scope.js';
import type { Identity } from './identity.js';
import { LookUps } from './look-ups.js';
import { personRows } from './people.repository.js';
import type { PersonRow } from './person.entity.js';
import { bindingsOf, type Principal } from './principal.js';
import type { RoleMappingRow } from './role-mapping.entity.js';
import { roleMappingRows } from './role-mappings.repository.js';

/** Turns what a provider says of somebody into a principal. */
export class People {
  readonly #lookUps = new LookUps<Principal>();

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly audit: AuditLog,
  ) {}

  /**
   * Whoever this is in the workspace that the identity names. A look-up holds 0.9 s.
   * @returns undefined where the workspace maps none of the groups to a role, or is not there.
   * @throws Problem database.unavailable
   */
  enter(identity: Identity): Promise<Principal | undefined> {
    const { workspaceId, issuer, subject, name, groups } = identity;
    return this.#lookUps.get(JSON.stringify([workspaceId, issuer, subject, name, groups]), () =>
      this.database.transaction(accessScope(workspaceId), async (tx) => {
        const mapping = await roleMappingRows.best(tx, groups);
        return mapping && principalOfPerson(await this.meet(tx, identity), mapping);
      }),
    );
  }

  /** The person's row; the first time it is made, which stands in the audit log. */
  async meet(tx: Transaction, identity: Identity): Promise<PersonRow> {
    const { person, isNew } = await personRows.meet(tx, identity, this.clock.now());
    const subject = { type: 'person', id: person.id } as const;
    if (isNew) this.audit.append(tx, { action: 'person.create', subject, detail: { issuer: person.issuer } });
    return person;
  }
}

/** That person with the role that a mapping gives. */
export function principalOfPerson(person: PersonRow, mapping: RoleMappingRow): Principal {
  return { workspaceId: person.workspaceId, type: 'person', id: person.id, name: person.name, role: mapping.role, ...bindingsOf(mapping) };
}
