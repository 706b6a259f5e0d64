import type { MigrationInterface, QueryRunner } from 'typeorm';
import { CLAIM_WORK_OF_SERVERS_IN_TURN } from './claim-work-of-servers-in-turn.js';

/** Of more servers with due work than one claim can serve, none waits until the others have nothing more to do. */
export class ServersInTurn1764000000108 implements MigrationInterface {
  name = 'ServersInTurn1764000000108';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(CLAIM_WORK_OF_SERVERS_IN_TURN);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only'));
  }
}
