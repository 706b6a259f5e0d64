import { Body, Controller, Get, HttpCode, Param, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { UnitOfWork } from '@registrar/database';
import { EhrTransports } from '@registrar/ehrs';
import { Answers } from '../answers.js';
import { Scope } from '../auth/caller.js';
import { Permit } from '../auth/permit.js';
import { idOf } from '../public-id.dto.js';
import { showTransport, shownTransport, wantedTransport, wantedTransportOf, type WantedTransportBody } from './ehr-transport.dto.js';

/** How one EHR is reached, beside the rules for all. */
@Controller('v1/ehrs/:id/transport')
@ApiTags('EHRs')
export class EhrTransportsController {
  constructor(private readonly transports: EhrTransports) {}

  @Get()
  @Permit('ehrs.read')
  @Answers('Reads what was approved, and what waits for an approval; never a private key', 200, shownTransport)
  async get(@Scope() scope: UnitOfWork, @Param('id', { schema: idOf('ehr') }) id: string) {
    return showTransport(await this.transports.get(scope, id));
  }

  @Put()
  @HttpCode(202)
  @Permit('ehrs.transport')
  @Answers(
    'Asks for a CA bundle, a client certificate, ports or private ranges; in force once somebody else has approved',
    202,
    shownTransport,
  )
  async propose(
    @Scope() scope: UnitOfWork,
    @Param('id', { schema: idOf('ehr') }) id: string,
    @Body({ schema: wantedTransport }) body: WantedTransportBody,
  ) {
    return showTransport(await this.transports.propose(scope, id, wantedTransportOf(body)));
  }
}
