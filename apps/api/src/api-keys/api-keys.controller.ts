import { Body, Controller, Delete, Get, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ApiKeysService, type Principal } from '@registrar/access';
import type { UnitOfWork } from '@registrar/database';
import { Answers } from '../answers.js';
import { Caller, Scope } from '../auth/caller.js';
import { Permit } from '../auth/permit.js';
import { Cursors } from '../cursors.js';
import { Reveals } from '../idempotency.interceptor.js';
import { listOf, pageQuery, type PageQuery } from '../page.dto.js';
import { idOf } from '../public-id.dto.js';
import { madeApiKey, newApiKey, showApiKey, shownApiKey, type NewApiKeyBody } from './api-keys.dto.js';

const LIST = 'api-keys';

@Controller('v1/api-keys')
@ApiTags('API keys')
export class ApiKeysController {
  constructor(
    private readonly apiKeys: ApiKeysService,
    private readonly cursors: Cursors,
  ) {}

  @Post()
  @Permit('api_keys.write')
  @Reveals('key')
  @Answers('Makes a key; it is in this answer alone', 201, madeApiKey)
  async create(@Scope() scope: UnitOfWork, @Body({ schema: newApiKey }) body: NewApiKeyBody) {
    const { apiKey, token } = await this.apiKeys.create(scope, {
      name: body.name,
      role: body.role,
      tenantIds: body.tenant_ids,
      applicationId: body.application_id,
      environment: body.environment,
      addresses: body.addresses,
      expiresAt: body.expires_at,
    });
    return { ...showApiKey(apiKey), key: token.expose() };
  }

  @Get()
  @Permit('api_keys.read')
  @Answers('Lists the keys, revoked ones too', 200, listOf(shownApiKey))
  async list(@Caller() caller: Principal, @Scope() scope: UnitOfWork, @Query({ schema: pageQuery }) query: PageQuery) {
    const page = await this.apiKeys.list(scope, await this.cursors.read(caller, LIST, query));
    return this.cursors.answer(caller, LIST, page, showApiKey);
  }

  @Delete(':id')
  @Permit('api_keys.write')
  @Answers('Revokes a key: every instance refuses it within a second', 200, shownApiKey)
  async revoke(@Scope() scope: UnitOfWork, @Param('id', { schema: idOf('key') }) id: string) {
    return showApiKey(await this.apiKeys.revoke(scope, id));
  }
}
