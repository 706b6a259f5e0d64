import { Controller, Get, Inject } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Database } from '@registrar/database';
import { apiProblem } from '../api.problems.js';
import { Uncounted } from '../rate-limit.guard.js';
import { Public } from '../auth/permit.js';
import { Lifetime } from './lifetime.js';

/** For whoever keeps the process running. */
@Controller('health')
@Public()
@Uncounted()
@ApiExcludeController()
export class HealthController {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Lifetime) private readonly lifetime: Lifetime,
  ) {}

  /** The process runs. */
  @Get('live')
  live(): { status: string } {
    return { status: 'live' };
  }

  /** Requests may be sent here: the database answers and nobody is stopping it. */
  @Get('ready')
  async ready(): Promise<{ status: string }> {
    if (this.lifetime.stopping) throw apiProblem('api.stopping');
    await this.database.routing('SELECT 1');
    return { status: 'ready' };
  }
}
