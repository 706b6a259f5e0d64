import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { UnitOfWork } from '@registrar/database';
import { CredentialUse, TokenBroker } from '@registrar/registrations';
import { Answers } from '../answers.js';
import { Scope } from '../auth/caller.js';
import { Permit } from '../auth/permit.js';
import { Reveals } from '../idempotency.interceptor.js';
import { idOf } from '../public-id.dto.js';
import {
  assertionWanted,
  revealWanted,
  showAssertion,
  shownAssertion,
  shownSecret,
  shownToken,
  showSecret,
  showToken,
  tokenWanted,
  type AssertionWanted,
  type RevealWanted,
  type TokenWantedBody,
} from './credentials.dto.js';

/** What the product's own services ask for at every launch. */
@Controller('v1/registrations/:id')
@ApiTags('Credentials')
export class CredentialsController {
  constructor(
    private readonly broker: TokenBroker,
    private readonly use: CredentialUse,
  ) {}

  @Post('client-assertion')
  @HttpCode(200)
  @Permit('registrations.assert')
  @Reveals('client_assertion')
  @Answers('Signs an RFC 7523 assertion for this EHR', 200, shownAssertion)
  async assertion(
    @Scope() scope: UnitOfWork,
    @Param('id', { schema: idOf('reg') }) id: string,
    @Body({ schema: assertionWanted }) body: AssertionWanted,
  ) {
    const wanted = {
      ...(body.audience === undefined ? {} : { audience: body.audience }),
      ...(body.expires_in === undefined ? {} : { expiresInS: body.expires_in }),
    };
    return showAssertion(await this.use.clientAssertion(scope, id, wanted));
  }

  @Post('token')
  @HttpCode(200)
  @Permit('registrations.token')
  @Reveals('access_token')
  @Answers('A client_credentials access token, from the cache until near its end', 200, shownToken)
  async token(
    @Scope() scope: UnitOfWork,
    @Param('id', { schema: idOf('reg') }) id: string,
    @Body({ schema: tokenWanted }) body: TokenWantedBody,
  ) {
    const { scope: wantedScope, resource, extensions } = body;
    const wanted = {
      ...(wantedScope === undefined ? {} : { scope: wantedScope }),
      ...(resource === undefined ? {} : { resource }),
      ...(extensions ? { extensions } : {}),
    };
    return showToken(await this.broker.token(scope, id, wanted));
  }

  @Post('reveal')
  @HttpCode(200)
  @Permit('registrations.reveal')
  @Reveals('client_secret')
  @Answers('The client secret, after the audit log has it with the reason', 200, shownSecret)
  async reveal(
    @Scope() scope: UnitOfWork,
    @Param('id', { schema: idOf('reg') }) id: string,
    @Body({ schema: revealWanted }) body: RevealWanted,
  ) {
    return showSecret(await this.use.reveal(scope, id, body.reason));
  }
}
