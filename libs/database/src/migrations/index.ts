import { Workspaces1764000000001 } from './1764000000001-workspaces.js';
import { Vault1764000000002 } from './1764000000002-vault.js';
import { Records1764000000003 } from './1764000000003-records.js';
import { Ehrs1764000000004 } from './1764000000004-ehrs.js';
import { Applications1764000000005 } from './1764000000005-applications.js';
import { Registrations1764000000006 } from './1764000000006-registrations.js';
import { Operations1764000000007 } from './1764000000007-operations.js';
import { Work1764000000008 } from './1764000000008-work.js';
import { Lifecycle1764000000009 } from './1764000000009-lifecycle.js';
import { Rotation1764000000010 } from './1764000000010-rotation.js';
import { Approvals1764000000011 } from './1764000000011-approvals.js';
import { Statements1764000000012 } from './1764000000012-statements.js';
import { Leaving1764000000013 } from './1764000000013-leaving.js';
import { Syncs1764000000014 } from './1764000000014-syncs.js';
import { Imports1764000000015 } from './1764000000015-imports.js';
import { Readers1764000000016 } from './1764000000016-readers.js';
import { Retirements1764000000020 } from './1764000000020-retirements.js';
import { Rollouts1764000000021 } from './1764000000021-rollouts.js';
import { Replacements1764000000030 } from './1764000000030-replacements.js';
import { Retried1764000000031 } from './1764000000031-retried.js';
import { Correlation1764000000032 } from './1764000000032-correlation.js';
import { Gates1764000000040 } from './1764000000040-gates.js';
import { Keks1764000000050 } from './1764000000050-keks.js';
import { Transports1764000000060 } from './1764000000060-transports.js';
import { People1764000000061 } from './1764000000061-people.js';
import { BreakGlass1764000000070 } from './1764000000070-break-glass.js';
import { PoliciesOfEhrs1764000000071 } from './1764000000071-policies-of-ehrs.js';
import { AccessRenewals1764000000041 } from './1764000000041-access-renewals.js';
import { Checkpoints1764000000080 } from './1764000000080-checkpoints.js';
import { Disclosures1764000000081 } from './1764000000081-disclosures.js';
import { DataKeyGenerations1764000000090 } from './1764000000090-data-key-generations.js';
import { PaidRequests1764000000100 } from './1764000000100-paid-requests.js';
import { WithdrawnKeys1764000000101 } from './1764000000101-withdrawn-keys.js';
import { StatementKeys1764000000102 } from './1764000000102-statement-keys.js';
import { TurnsOfHospitals1764000000103 } from './1764000000103-turns-of-hospitals.js';
import { SaidCompromised1764000000104 } from './1764000000104-said-compromised.js';
import { ReplacedByThen1764000000105 } from './1764000000105-replaced-by-then.js';
import { SealingKeys1764000000106 } from './1764000000106-sealing-keys.js';
import { ServersInTurn1764000000108 } from './1764000000108-servers-in-turn.js';

/** Every migration by name, in order: no globs, so that a forgotten file does not compile away silently. */
export const migrations = [
  Workspaces1764000000001,
  Vault1764000000002,
  Records1764000000003,
  Ehrs1764000000004,
  Applications1764000000005,
  Registrations1764000000006,
  Operations1764000000007,
  Work1764000000008,
  Lifecycle1764000000009,
  Rotation1764000000010,
  Approvals1764000000011,
  Statements1764000000012,
  Leaving1764000000013,
  Syncs1764000000014,
  Imports1764000000015,
  Readers1764000000016,
  Retirements1764000000020,
  Rollouts1764000000021,
  Replacements1764000000030,
  Retried1764000000031,
  Correlation1764000000032,
  Gates1764000000040,
  AccessRenewals1764000000041,
  Keks1764000000050,
  Transports1764000000060,
  People1764000000061,
  BreakGlass1764000000070,
  PoliciesOfEhrs1764000000071,
  Checkpoints1764000000080,
  Disclosures1764000000081,
  DataKeyGenerations1764000000090,
  PaidRequests1764000000100,
  WithdrawnKeys1764000000101,
  StatementKeys1764000000102,
  TurnsOfHospitals1764000000103,
  SaidCompromised1764000000104,
  ReplacedByThen1764000000105,
  SealingKeys1764000000106,
  ServersInTurn1764000000108,
];
