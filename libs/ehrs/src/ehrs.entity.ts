import type { EntityClass } from '@registrar/database';
import { AuthorizationServerEntity } from './authorization-server.entity.js';
import { ConnectionEntity } from './connection.entity.js';
import { EhrEntity } from './ehr.entity.js';
import { ExpiryAlarmEntity } from './expiry-alarm.entity.js';
import { InitialAccessTokenEntity } from './initial-access-token.entity.js';
import { UpstreamGateEntity } from './upstream-gate.entity.js';

/** What this noun maps to tables; for the data source alone. */
export const ehrsEntities: readonly EntityClass[] = [
  AuthorizationServerEntity,
  EhrEntity,
  ConnectionEntity,
  InitialAccessTokenEntity,
  UpstreamGateEntity,
  ExpiryAlarmEntity,
];
