import { Notifications } from '@registrar/database';
import { KeyPool } from '@registrar/keys';
import { createOutbound, type Outbound } from '@registrar/outbound';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registrationHouse, type RegistrationHouse } from '../../../test/support/registration-house.js';
import { TokenBroker } from './token-broker.js';
import { Wakeups } from './wakeups.js';

let house: RegistrationHouse;
let outbound: Outbound;
let registrationId: string;
let sent = 0;
beforeAll(async () => {
  house = await registrationHouse();
  outbound = createOutbound({ allow: ['127.0.0.1'] });
  const [ehr, tenantId, applicationId] = [await house.ehr(), await house.tenant('Mary'), await house.application()];
  registrationId = (await house.registrations.create(house.scope, { connection: { tenantId, ehrId: ehr.id }, applicationId })).id;
  const client = { client_id: 'c', client_secret: 's', client_secret_expires_at: 0, grant_types: ['client_credentials'] };
  const granted = { access_token: 't', token_type: 'Bearer', expires_in: 60, token_endpoint_auth_method: 'client_secret_basic' };
  house.server.answer = { status: 200, body: JSON.stringify({ ...client, ...granted }) };
  await house.work();
});
afterAll(async () => {
  await outbound.close();
  await house.close();
});

/** A broker of its own, as another process has one; it hears no notification, and looks by itself. */
function broker(): TokenBroker {
  const { database, clock, vault, audit, events } = house;
  const counted: Outbound = {
    ...outbound,
    request: (request) => {
      sent += 1;
      return outbound.request(request);
    },
  };
  const keys = new KeyPool(database, vault, clock);
  const access = { outbound: counted, clock, vault, keys, publicUrl: 'https://registrar.example', proofLadderMs: [0] };
  return new TokenBroker(database, access, { audit, events }, new Wakeups(new Notifications(''), 'access_tokens'));
}

describe('TokenBroker', () => {
  it('asks once for all who wait when the EHR refuses, and again for who comes later', async () => {
    house.server.answer = { status: 400, body: '{"error": "invalid_scope"}' };
    const ask = (from: TokenBroker) =>
      from.token(house.scope, registrationId, { scope: 'system/Nothing.rs' }).catch((error: unknown) => error);
    const [one, other] = [broker(), broker()];
    const answers = await Promise.all(Array.from({ length: 6 }, (_, index) => ask(index % 2 ? one : other)));
    for (const answer of answers) expect(answer).toMatchObject({ code: 'registrations.token_refused' });
    expect(sent).toBe(1);
    house.clock.advance(1);
    await ask(one);
    expect(sent).toBe(2);
  });

  it('asks once for all who wait when the EHR grants', async () => {
    house.server.answer = { status: 200, body: '{"access_token": "granted", "token_type": "Bearer", "expires_in": 300}' };
    sent = 0;
    const tokens = await Promise.all([broker(), broker(), broker()].map((one) => one.token(house.scope, registrationId, {})));
    expect(tokens.map((token) => token.accessToken.expose())).toEqual(['granted', 'granted', 'granted']);
    expect(sent).toBe(1);
  });
});
