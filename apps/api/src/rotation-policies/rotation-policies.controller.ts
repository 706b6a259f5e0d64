import { Body, Controller, Get, HttpCode, Put, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Principal } from '@registrar/access';
import type { UnitOfWork } from '@registrar/database';
import { RotationPolicies } from '@registrar/rotation';
import type { Response } from 'express';
import { Answers } from '../answers.js';
import { Caller, Scope } from '../auth/caller.js';
import { Permit } from '../auth/permit.js';
import { Cursors } from '../cursors.js';
import { ExpectedVersion, setEntityTag } from '../entity-tag.js';
import { listOf } from '../page.dto.js';
import { oneSubject } from '../rotations/rotations.dto.js';
import {
  rotationPoliciesQuery,
  rotationPolicy,
  rulesOf,
  showRotationPolicy,
  shownRotationPolicy,
  type RotationPoliciesQuery,
  type RotationPolicyBody,
} from './rotation-policies.dto.js';

const LIST = 'rotation-policies';

/** When credentials are rotated. */
@Controller('v1/rotation-policies')
@ApiTags('Rotation')
export class RotationPoliciesController {
  constructor(
    private readonly policies: RotationPolicies,
    private readonly cursors: Cursors,
  ) {}

  @Get()
  @Permit('rotation_policies.read')
  @Answers('Lists policies, the newest first', 200, listOf(shownRotationPolicy))
  async list(
    @Caller() caller: Principal,
    @Scope() scope: UnitOfWork,
    @Query({ schema: rotationPoliciesQuery }) query: RotationPoliciesQuery,
  ) {
    const filter = { applicationId: query.application_id, ehrId: query.ehr_id, tenantId: query.tenant_id };
    const page = await this.policies.list(scope, filter, await this.cursors.read(caller, LIST, query));
    return this.cursors.answer(caller, LIST, page, showRotationPolicy);
  }

  @Put()
  @HttpCode(200)
  @Permit('rotation_policies.write')
  @Answers(
    'Makes or replaces the policy of an application, an EHR or a hospital; what is left out is left to the others',
    200,
    shownRotationPolicy,
  )
  async put(
    @Scope() scope: UnitOfWork,
    @Body({ schema: rotationPolicy }) body: RotationPolicyBody,
    @ExpectedVersion() expected: number | undefined,
    @Res({ passthrough: true }) response: Response,
  ) {
    const policy = await this.policies.put(scope, oneSubject(body), rulesOf(body), expected);
    setEntityTag(response, policy.version);
    return showRotationPolicy(policy);
  }
}
