import type { LedgerEntry } from '../../apps/sandbox/src/ledger-entry.js';
import type { ProductName } from '../../apps/sandbox/src/simulator/product-names.js';
import { makeReady } from '../../apps/launcher/prepare.mjs';
import { beginOperation, type OperationKind, type OperationView, type RegistrationView } from '@registrar/registrations';
import { until } from './part.js';
import { registrationHouse, type RegistrationHouse } from './registration-house.js';
import { startSandbox, type TestSandbox } from './sandbox.js';

export type { ProductName };

/** A house of registrations beside simulated servers whose clock is the house's, and that register anybody. */
export interface ManagedHouse extends RegistrationHouse {
  readonly sandbox: TestSandbox;
  /** An active registration at that product's server for the hospital, with a secret for its credential. */
  registered(product: ProductName, options?: { readonly hospital?: string; readonly vendor?: string }): Promise<RegistrationView>;
  /** Begins an operation and works until it is over, however long its waits are. */
  carryOut(registrationId: string, kind: OperationKind, input?: object): Promise<OperationView>;
  /** Works until nothing waits any more. */
  workOn(): Promise<void>;
  view(registrationId: string): Promise<RegistrationView>;
  /** What the server knows of the registration's client. */
  truth(product: ProductName, registration: RegistrationView): Promise<LedgerEntry | undefined>;
  /** The registration's attempts of these operations, the oldest first. */
  attempts(registrationId: string): Promise<{ kind: string; status: string }[]>;
}

export async function managedHouse(products: readonly ProductName[]): Promise<ManagedHouse> {
  await makeReady();
  const house = await registrationHouse();
  const sandbox = await startSandbox({
    ...process.env,
    SANDBOX_VENDORS: 'none',
    SANDBOX_SIMULATE: products.join(','),
    SANDBOX_HOSPITALS: '60',
  });
  await sandbox.simulator.clock({ now: house.clock.now().toISOString(), speed: 0 });
  await sandbox.simulator.change({}, { iat: { mode: 'none', scope: '', uses: null, ttlMs: null, usedUpBy: 'success' } });
  const view = (id: string) => house.registrations.get(house.scope, id);
  let hospitals = 0;
  const workOn = async (): Promise<void> => {
    await until('nothing to wait any more', async () => {
      await house.work();
      const waiting = await house.rows<{ id: string }>(
        `UPDATE work_items SET due_at = clock_timestamp(), wake_at = NULL, lease_owner = NULL WHERE kind = 'operation' RETURNING id`,
      );
      await house.rows('UPDATE upstream_gates SET open_until = NULL, reason = NULL');
      return waiting.length === 0 ? true : undefined;
    });
  };
  return {
    ...house,
    sandbox,
    view,
    workOn,
    async registered(product, options = {}) {
      hospitals += 1;
      const hospital = options.hospital ?? `h${String(hospitals).padStart(2, '0')}`;
      const [server] = await sandbox.servers({ vendor: product, hospital });
      const ehr = await house.ehr({ fhirBaseUrl: server?.fhir_base_url, vendor: options.vendor ?? product });
      const [tenantId, applicationId] = [await house.tenant(`${product} ${hospital}`), await house.application(SECRET_CLIENT)];
      const { id } = await house.registrations.create(house.scope, { connection: { tenantId, ehrId: ehr.id }, applicationId });
      await workOn();
      const made = await view(id);
      if (made.status !== 'active') throw new Error(`${product} is ${made.status}: ${JSON.stringify(made.problem)}`);
      return made;
    },
    async carryOut(registrationId, kind, input = {}) {
      const id = await house.database.transaction(house.scope, (tx) =>
        beginOperation(tx, { registrationId, kind, input: { ...input } }, house.clock.now()),
      );
      await workOn();
      return house.registrations.operation(house.scope, id);
    },
    async truth(product, registration) {
      const entries = await sandbox.ledger({ vendor: product });
      return entries.find((entry) => entry.client_id === registration.clientId);
    },
    attempts: (registrationId) =>
      house.rows<{ kind: string; status: string }>(
        `SELECT kind, status FROM attempts WHERE registration_id = $1 AND kind <> 'register' ORDER BY id`,
        [registrationId],
      ),
    async close() {
      await sandbox.part.stop();
      await house.close();
    },
  };
}

const SECRET_CLIENT = {
  token_endpoint_auth_method: 'client_secret_basic',
  contacts: ['onboarding@example.com'],
  software_id: '7b2c1a5e-8e0f-4d0c-9a53-3f1f6f3f9f10',
};
