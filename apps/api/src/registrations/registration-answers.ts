import { Injectable } from '@nestjs/common';
import { publicId, type UnitOfWork } from '@registrar/database';
import { OPEN_OPERATIONS, OperationWaiters, Registrations, type RegistrationView } from '@registrar/registrations';
import type { Response } from 'express';
import { setEntityTag } from '../entity-tag.js';
import { showRegistration } from './shown-registration.dto.js';

/** How calls that start an operation answer: 202, where to look, and the registration; held back while the caller prefers to wait. */
@Injectable()
export class RegistrationAnswers {
  constructor(
    private readonly registrations: Registrations,
    private readonly waiters: OperationWaiters,
  ) {}

  async accepted(scope: UnitOfWork, view: RegistrationView, response: Response, waitMs?: number) {
    const { operation } = view;
    if (!operation) return this.shown(view, response);
    response.status(202).setHeader('Location', `/v1/operations/${publicId('op', operation.id)}`);
    if (waitMs === undefined || !OPEN_OPERATIONS.includes(operation.status)) return this.shown(view, response);
    await this.waiters.settled(scope, operation.id, waitMs);
    return this.shown(await this.registrations.get(scope, view.id), response);
  }

  shown(view: RegistrationView, response: Response) {
    setEntityTag(response, view.version);
    return showRegistration(view);
  }
}
