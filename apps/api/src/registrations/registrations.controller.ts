import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Principal } from '@registrar/access';
import type { UnitOfWork } from '@registrar/database';
import { Deregistrations, Lookup, OverrideChanges, Registrations } from '@registrar/registrations';
import type { Response } from 'express';
import { Answers } from '../answers.js';
import { Caller, Scope } from '../auth/caller.js';
import { Permit } from '../auth/permit.js';
import { Cursors } from '../cursors.js';
import { defined } from '../defined.js';
import { ExpectedVersion } from '../entity-tag.js';
import { listOf } from '../page.dto.js';
import { Wait } from '../prefer.js';
import { idOf } from '../public-id.dto.js';
import { RegistrationAnswers } from './registration-answers.js';
import {
  dryRunQuery,
  filterOf,
  lookupQuery,
  newRegistration,
  newRegistrationOf,
  registrationChange,
  registrationsQuery,
  retryBody,
  type DryRunQuery,
  type LookupQuery,
  type NewRegistrationBody,
  type RegistrationChangeBody,
  type RegistrationsQuery,
  type RetryBody,
} from './registrations.dto.js';
import { showDryRun, showLookup, shownDryRun, shownLookup, shownRegistration, showRegistration } from './shown-registration.dto.js';

const LIST = 'registrations';

@Controller('v1/registrations')
@ApiTags('Registrations')
export class RegistrationsController {
  constructor(
    private readonly registrations: Registrations,
    private readonly deregistrations: Deregistrations,
    private readonly finder: Lookup,
    private readonly answers: RegistrationAnswers,
    private readonly cursors: Cursors,
    private readonly overrides: OverrideChanges,
  ) {}

  @Post()
  @HttpCode(202)
  @Permit('registrations.write')
  @Answers('Registers an application for a hospital at an EHR', 202, shownRegistration)
  @Answers('With dry_run=true: the exact document, the origin of each member, and findings', 200, shownDryRun)
  async create(
    @Scope() scope: UnitOfWork,
    @Body({ schema: newRegistration }) body: NewRegistrationBody,
    @Query({ schema: dryRunQuery }) query: DryRunQuery,
    @Wait() waitMs: number | undefined,
    @Res({ passthrough: true }) response: Response,
  ) {
    const wanted = newRegistrationOf(body);
    if (query.dry_run === 'true') {
      response.status(200);
      return showDryRun(await this.registrations.dryRun(scope, wanted));
    }
    return this.answers.accepted(scope, await this.registrations.create(scope, wanted), response, waitMs);
  }

  @Get()
  @Permit('registrations.read')
  @Answers('Lists registrations, the newest first', 200, listOf(shownRegistration))
  async list(@Caller() caller: Principal, @Scope() scope: UnitOfWork, @Query({ schema: registrationsQuery }) query: RegistrationsQuery) {
    const page = await this.registrations.list(scope, filterOf(query), await this.cursors.read(caller, LIST, query));
    return this.cursors.answer(caller, LIST, page, showRegistration);
  }

  @Get('lookup')
  @Permit('registrations.lookup')
  @Answers('What an app needs at a launch: the active registration of the EHR that launches it', 200, shownLookup)
  async lookup(@Scope() scope: UnitOfWork, @Query({ schema: lookupQuery }) query: LookupQuery) {
    const { application_id: applicationId, iss, tenant_external_id: tenantExternalId, environment } = query;
    return showLookup(await this.finder.find(scope, { applicationId, iss, ...defined({ tenantExternalId, environment }) }));
  }

  @Get(':id')
  @Permit('registrations.read')
  @Answers('Reads a registration', 200, shownRegistration)
  async get(@Scope() scope: UnitOfWork, @Param('id', { schema: idOf('reg') }) id: string, @Res({ passthrough: true }) response: Response) {
    return this.answers.shown(await this.registrations.get(scope, id), response);
  }

  @Patch(':id')
  @Permit('registrations.write')
  @Answers('Replaces the registration’s own overrides; without a client the next retry sends them', 200, shownRegistration)
  @Answers('With a client: begins the update, or asks for the approval that it needs', 202, shownRegistration)
  async change(
    @Scope() scope: UnitOfWork,
    @Param('id', { schema: idOf('reg') }) id: string,
    @Body({ schema: registrationChange }) body: RegistrationChangeBody,
    @ExpectedVersion() expected: number | undefined,
    @Wait() waitMs: number | undefined,
    @Res({ passthrough: true }) response: Response,
  ) {
    const { clientId, operation } = await this.registrations.get(scope, id);
    if (clientId === null) return this.answers.shown(await this.registrations.change(scope, id, body.client_metadata, expected), response);
    const changed = await this.overrides.change(scope, id, body.client_metadata, expected);
    const begun = changed.operation?.id !== operation?.id;
    return begun ? this.answers.accepted(scope, changed, response, waitMs) : this.answers.shown(changed, response);
  }

  @Delete(':id')
  @HttpCode(202)
  @Permit('registrations.deregister')
  @Answers(
    'Deregisters at the EHR, confirms it, then here; what cannot be deleted is left with what a person has to do',
    202,
    shownRegistration,
  )
  async deregister(
    @Scope() scope: UnitOfWork,
    @Param('id', { schema: idOf('reg') }) id: string,
    @Wait() waitMs: number | undefined,
    @Res({ passthrough: true }) response: Response,
  ) {
    return this.answers.accepted(scope, await this.deregistrations.deregister(scope, id), response, waitMs);
  }

  @Post(':id/verify')
  @HttpCode(202)
  @Permit('registrations.operate')
  @Answers('Proves the credential again', 202, shownRegistration)
  async verify(
    @Scope() scope: UnitOfWork,
    @Param('id', { schema: idOf('reg') }) id: string,
    @Wait() waitMs: number | undefined,
    @Res({ passthrough: true }) response: Response,
  ) {
    return this.answers.accepted(scope, await this.registrations.verify(scope, id), response, waitMs);
  }

  @Post(':id/sync')
  @HttpCode(202)
  @Permit('registrations.operate')
  @Answers(
    'Reads the client at the EHR and compares it with what was asked for; where a read would change it, the scope of a token says',
    202,
    shownRegistration,
  )
  async sync(
    @Scope() scope: UnitOfWork,
    @Param('id', { schema: idOf('reg') }) id: string,
    @Wait() waitMs: number | undefined,
    @Res({ passthrough: true }) response: Response,
  ) {
    return this.answers.accepted(scope, await this.registrations.sync(scope, id), response, waitMs);
  }

  @Post(':id/retry')
  @HttpCode(202)
  @Permit('registrations.operate')
  @Answers(
    'Goes on after a refusal or a person’s action; never after an unknown outcome, and in place of a removed client only with confirm and a reason',
    202,
    shownRegistration,
  )
  async retry(
    @Scope() scope: UnitOfWork,
    @Param('id', { schema: idOf('reg') }) id: string,
    @Body({ schema: retryBody }) body: RetryBody,
    @Wait() waitMs: number | undefined,
    @Res({ passthrough: true }) response: Response,
  ) {
    return this.answers.accepted(
      scope,
      await this.registrations.retry(scope, id, { confirm: body.confirm === true, ...defined({ reason: body.reason }) }),
      response,
      waitMs,
    );
  }
}
