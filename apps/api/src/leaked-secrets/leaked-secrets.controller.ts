import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { UnitOfWork } from '@registrar/database';
import { LeakedSecrets } from '@registrar/registrations';
import { Secret } from '@registrar/secret';
import { Answers } from '../answers.js';
import { Scope } from '../auth/caller.js';
import { Permit } from '../auth/permit.js';
import { leakedSecret, showMatches, shownMatches, type LeakedSecretBody } from './leaked-secrets.dto.js';

/** Whose a secret is that turned up somewhere it should not be. */
@Controller('v1/leaked-secrets')
@ApiTags('Audit')
export class LeakedSecretsController {
  constructor(private readonly leaked: LeakedSecrets) {}

  @Post('match')
  @HttpCode(200)
  @Permit('audit.read')
  @Answers(
    'Names the registration and the version that a leaked secret belongs to, also after it was destroyed; audited',
    200,
    shownMatches,
  )
  async match(@Scope() scope: UnitOfWork, @Body({ schema: leakedSecret }) body: LeakedSecretBody) {
    return showMatches(await this.leaked.match(scope, Secret.of(body.secret)));
  }
}
