import { Body, Controller, Get, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Principal } from '@registrar/access';
import { ApplicationsService, type Application } from '@registrar/applications';
import type { UnitOfWork } from '@registrar/database';
import type { Response } from 'express';
import { Answers } from '../answers.js';
import { Caller, Scope } from '../auth/caller.js';
import { Permit } from '../auth/permit.js';
import { Cursors } from '../cursors.js';
import { ExpectedVersion, setEntityTag } from '../entity-tag.js';
import { listOf } from '../page.dto.js';
import { idOf } from '../public-id.dto.js';
import {
  applicationChange,
  applicationsQuery,
  newApplication,
  showApplication,
  shownApplication,
  type ApplicationChangeBody,
  type ApplicationsQuery,
  type NewApplicationBody,
} from './applications.dto.js';

const LIST = 'applications';

@Controller('v1/applications')
@ApiTags('Applications')
export class ApplicationsController {
  constructor(
    private readonly applications: ApplicationsService,
    private readonly cursors: Cursors,
  ) {}

  @Post()
  @Permit('applications.write')
  @Answers('Makes an application with revision 1', 201, shownApplication)
  async create(
    @Scope() scope: UnitOfWork,
    @Body({ schema: newApplication }) body: NewApplicationBody,
    @Res({ passthrough: true }) response: Response,
  ) {
    const wanted = { name: body.name, kind: body.kind, ...templateOf(body), clientMetadata: body.client_metadata };
    return shown(await this.applications.create(scope, { ...wanted, launchUrl: body.launch_url }), response);
  }

  @Get()
  @Permit('applications.read')
  @Answers('Lists applications, the newest first', 200, listOf(shownApplication))
  async list(@Caller() caller: Principal, @Scope() scope: UnitOfWork, @Query({ schema: applicationsQuery }) query: ApplicationsQuery) {
    const page = await this.applications.list(scope, { kind: query.kind }, await this.cursors.read(caller, LIST, query));
    return this.cursors.answer(caller, LIST, page, showApplication);
  }

  @Get(':id')
  @Permit('applications.read')
  @Answers('Reads an application with its newest revision', 200, shownApplication)
  async get(@Scope() scope: UnitOfWork, @Param('id', { schema: idOf('app') }) id: string, @Res({ passthrough: true }) response: Response) {
    return shown(await this.applications.get(scope, id), response);
  }

  @Patch(':id')
  @Permit('applications.write')
  @Answers('Makes the next revision; registrations stay on theirs', 200, shownApplication)
  async change(
    @Scope() scope: UnitOfWork,
    @Param('id', { schema: idOf('app') }) id: string,
    @Body({ schema: applicationChange }) body: ApplicationChangeBody,
    @ExpectedVersion() expected: number | undefined,
    @Res({ passthrough: true }) response: Response,
  ) {
    const change = { name: body.name, ...templateOf(body), clientMetadata: body.client_metadata, launchUrl: body.launch_url };
    return shown(await this.applications.change(scope, id, change, expected), response);
  }
}

function templateOf(body: Pick<ApplicationChangeBody, 'required_scopes' | 'optional_scopes'>) {
  return { requiredScopes: body.required_scopes, optionalScopes: body.optional_scopes };
}

function shown(application: Application, response: Response) {
  setEntityTag(response, application.version);
  return showApplication(application);
}
