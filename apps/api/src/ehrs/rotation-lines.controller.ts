import { Controller, HttpCode, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { UnitOfWork } from '@registrar/database';
import { EhrsService } from '@registrar/ehrs';
import { RotationLines } from '@registrar/rotation';
import { Answers } from '../answers.js';
import { Scope } from '../auth/caller.js';
import { Permit } from '../auth/permit.js';
import { idOf } from '../public-id.dto.js';
import { showEhr, shownEhr } from './shown-ehr.dto.js';

@Controller('v1/ehrs')
@ApiTags('EHRs')
export class RotationLinesController {
  constructor(
    private readonly lines: RotationLines,
    private readonly ehrs: EhrsService,
  ) {}

  @Post(':id/resume-rotations')
  @HttpCode(200)
  @Permit('ehrs.confirm')
  @Answers('Lets scheduled rotations start again where too many of the last ones failed', 200, shownEhr)
  async resume(@Scope() scope: UnitOfWork, @Param('id', { schema: idOf('ehr') }) id: string) {
    await this.ehrs.get(scope, id);
    await this.lines.resume(scope, id);
    return showEhr(await this.ehrs.get(scope, id));
  }
}
