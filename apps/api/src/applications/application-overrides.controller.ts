import { Body, Controller, Get, Param, Put, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ApplicationOverridesService, ApplicationsService, type ApplicationOverride } from '@registrar/applications';
import type { UnitOfWork } from '@registrar/database';
import { EhrsService } from '@registrar/ehrs';
import type { Response } from 'express';
import { Answers } from '../answers.js';
import { Scope } from '../auth/caller.js';
import { Permit } from '../auth/permit.js';
import { ExpectedVersion, setEntityTag } from '../entity-tag.js';
import { idOf } from '../public-id.dto.js';
import { newOverride, showOverride, shownOverride, type NewOverrideBody } from './applications.dto.js';

@Controller('v1/applications/:id/ehrs/:ehr_id')
@ApiTags('Applications')
export class ApplicationOverridesController {
  constructor(
    private readonly overrides: ApplicationOverridesService,
    private readonly applications: ApplicationsService,
    private readonly ehrs: EhrsService,
  ) {}

  @Put()
  @Permit('applications.write')
  @Answers('Says what the application says differently at this EHR; {} takes it back', 200, shownOverride)
  async put(
    @Scope() scope: UnitOfWork,
    @Param('id', { schema: idOf('app') }) applicationId: string,
    @Param('ehr_id', { schema: idOf('ehr') }) ehrId: string,
    @Body({ schema: newOverride }) body: NewOverrideBody,
    @ExpectedVersion() expected: number | undefined,
    @Res({ passthrough: true }) response: Response,
  ) {
    await this.ehrs.get(scope, ehrId);
    return shown(await this.overrides.put(scope, { applicationId, ehrId }, body.client_metadata, expected), response);
  }

  @Get()
  @Permit('applications.read')
  @Answers('Reads what the application says differently at this EHR', 200, shownOverride)
  async get(
    @Scope() scope: UnitOfWork,
    @Param('id', { schema: idOf('app') }) applicationId: string,
    @Param('ehr_id', { schema: idOf('ehr') }) ehrId: string,
    @Res({ passthrough: true }) response: Response,
  ) {
    await this.applications.get(scope, applicationId);
    await this.ehrs.get(scope, ehrId);
    return shown(await this.overrides.get(scope, { applicationId, ehrId }), response);
  }
}

function shown(override: ApplicationOverride, response: Response) {
  setEntityTag(response, override.version);
  return showOverride(override);
}
