import { Controller, Get, Param, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { publicId, type UnitOfWork } from '@registrar/database';
import { SupportBundles } from '@registrar/registrations';
import type { Response } from 'express';
import { Answers } from '../answers.js';
import { Scope } from '../auth/caller.js';
import { Permit } from '../auth/permit.js';
import { idOf } from '../public-id.dto.js';
import { showSupportBundle, shownSupportBundle } from './support-bundle.dto.js';

@Controller('v1/registrations/:id')
@ApiTags('Registrations')
export class SupportBundleController {
  constructor(private readonly bundles: SupportBundles) {}

  @Get('support-bundle')
  @Permit('registrations.read')
  @Answers(
    'What the vendor’s support needs to find our requests: exchanges with times, addresses and correlation ids; no secret',
    200,
    shownSupportBundle,
  )
  async bundle(
    @Scope() scope: UnitOfWork,
    @Param('id', { schema: idOf('reg') }) id: string,
    @Res({ passthrough: true }) response: Response,
  ) {
    const bundle = await this.bundles.bundle(scope, id);
    response.setHeader('Content-Disposition', `attachment; filename="support-${publicId('reg', id)}.json"`);
    return showSupportBundle(bundle);
  }
}
