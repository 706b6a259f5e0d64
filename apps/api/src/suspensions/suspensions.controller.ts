import { Body, Controller, HttpCode, Param, Post, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ApplicationSuspensionService } from '@registrar/applications';
import type { UnitOfWork } from '@registrar/database';
import { EhrSuspensionService } from '@registrar/ehrs';
import { Suspensions } from '@registrar/registrations';
import { TenantSuspensionService } from '@registrar/tenants';
import type { Response } from 'express';
import { Answers } from '../answers.js';
import { showApplication, shownApplication } from '../applications/applications.dto.js';
import { Scope } from '../auth/caller.js';
import { Permit } from '../auth/permit.js';
import { showEhr, shownEhr } from '../ehrs/shown-ehr.dto.js';
import { setEntityTag } from '../entity-tag.js';
import { idOf } from '../public-id.dto.js';
import { RegistrationAnswers } from '../registrations/registration-answers.js';
import { shownRegistration } from '../registrations/shown-registration.dto.js';
import { showTenant, shownTenant } from '../tenants/tenants.dto.js';
import { suspension, type SuspensionBody } from './suspensions.dto.js';

/** Stops what is under a hospital, an EHR, an application or one registration, in every process, by one commit; and takes it up again. */
@Controller('v1')
@ApiTags('Suspension')
export class SuspensionsController {
  constructor(
    private readonly registrations: Suspensions,
    private readonly tenants: TenantSuspensionService,
    private readonly ehrs: EhrSuspensionService,
    private readonly applications: ApplicationSuspensionService,
    private readonly answers: RegistrationAnswers,
  ) {}

  @Post('registrations/:id/suspend')
  @HttpCode(200)
  @Permit('registrations.suspend')
  @Answers('Stops a registration: no token, assertion, secret or upstream write, in any process', 200, shownRegistration)
  async suspendRegistration(
    @Scope() scope: UnitOfWork,
    @Param('id', { schema: idOf('reg') }) id: string,
    @Body({ schema: suspension }) body: SuspensionBody,
    @Res({ passthrough: true }) response: Response,
  ) {
    return this.answers.shown(await this.registrations.suspend(scope, id, body.reason), response);
  }

  @Post('registrations/:id/resume')
  @HttpCode(200)
  @Permit('registrations.suspend')
  @Answers('Takes a registration up again where it was', 200, shownRegistration)
  async resumeRegistration(
    @Scope() scope: UnitOfWork,
    @Param('id', { schema: idOf('reg') }) id: string,
    @Body({ schema: suspension }) body: SuspensionBody,
    @Res({ passthrough: true }) response: Response,
  ) {
    return this.answers.shown(await this.registrations.resume(scope, id, body.reason), response);
  }

  @Post('tenants/:id/suspend')
  @HttpCode(200)
  @Permit('tenants.suspend')
  @Answers('Stops everything of a hospital: no token, assertion, secret or upstream write, in any process', 200, shownTenant)
  async suspendTenant(
    @Scope() scope: UnitOfWork,
    @Param('id', { schema: idOf('ten') }) id: string,
    @Body({ schema: suspension }) body: SuspensionBody,
    @Res({ passthrough: true }) response: Response,
  ) {
    return tagged(response, await this.tenants.suspend(scope, id, body.reason), showTenant);
  }

  @Post('tenants/:id/resume')
  @HttpCode(200)
  @Permit('tenants.suspend')
  @Answers('Takes everything of a hospital up again', 200, shownTenant)
  async resumeTenant(
    @Scope() scope: UnitOfWork,
    @Param('id', { schema: idOf('ten') }) id: string,
    @Body({ schema: suspension }) body: SuspensionBody,
    @Res({ passthrough: true }) response: Response,
  ) {
    return tagged(response, await this.tenants.resume(scope, id, body.reason), showTenant);
  }

  @Post('ehrs/:id/suspend')
  @HttpCode(200)
  @Permit('ehrs.suspend')
  @Answers('Stops everything at an EHR: no token, assertion, secret or upstream write, in any process', 200, shownEhr)
  async suspendEhr(
    @Scope() scope: UnitOfWork,
    @Param('id', { schema: idOf('ehr') }) id: string,
    @Body({ schema: suspension }) body: SuspensionBody,
    @Res({ passthrough: true }) response: Response,
  ) {
    return tagged(response, await this.ehrs.suspend(scope, id, body.reason), showEhr);
  }

  @Post('ehrs/:id/resume')
  @HttpCode(200)
  @Permit('ehrs.suspend')
  @Answers('Takes everything at an EHR up again', 200, shownEhr)
  async resumeEhr(
    @Scope() scope: UnitOfWork,
    @Param('id', { schema: idOf('ehr') }) id: string,
    @Body({ schema: suspension }) body: SuspensionBody,
    @Res({ passthrough: true }) response: Response,
  ) {
    return tagged(response, await this.ehrs.resume(scope, id, body.reason), showEhr);
  }

  @Post('applications/:id/suspend')
  @HttpCode(200)
  @Permit('applications.suspend')
  @Answers('Stops an application everywhere: no token, assertion, secret or upstream write, in any process', 200, shownApplication)
  async suspendApplication(
    @Scope() scope: UnitOfWork,
    @Param('id', { schema: idOf('app') }) id: string,
    @Body({ schema: suspension }) body: SuspensionBody,
    @Res({ passthrough: true }) response: Response,
  ) {
    return tagged(response, await this.applications.suspend(scope, id, body.reason), showApplication);
  }

  @Post('applications/:id/resume')
  @HttpCode(200)
  @Permit('applications.suspend')
  @Answers('Takes an application up again everywhere', 200, shownApplication)
  async resumeApplication(
    @Scope() scope: UnitOfWork,
    @Param('id', { schema: idOf('app') }) id: string,
    @Body({ schema: suspension }) body: SuspensionBody,
    @Res({ passthrough: true }) response: Response,
  ) {
    return tagged(response, await this.applications.resume(scope, id, body.reason), showApplication);
  }
}

function tagged<T extends { readonly version: number }, Shown>(response: Response, row: T, show: (row: T) => Shown): Shown {
  setEntityTag(response, row.version);
  return show(row);
}
