import type { MigrationInterface, QueryRunner } from 'typeorm';
import { CLAIM_WORK_BY_COST } from './claim-work-by-cost.js';
import { NOTE_GATE, NOTE_PROBE } from './gate-breaker.js';

/** Hospitals come in turn whatever their work is, a claim says which gate it was paid at, and a breaker that closes forgives no debt. */
export class TurnsOfHospitals1764000000103 implements MigrationInterface {
  name = 'TurnsOfHospitals1764000000103';

  async up(runner: QueryRunner): Promise<void> {
    const statements = [`DROP FUNCTION claim_work(text, integer, integer)`, CLAIM_WORK_BY_COST, NOTE_GATE, NOTE_PROBE];
    for (const statement of statements) await runner.query(statement);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only'));
  }
}
