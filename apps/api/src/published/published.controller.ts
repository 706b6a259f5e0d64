import { Controller, Get, Header, Headers, Inject, Param, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { parsePublicId } from '@registrar/database';
import { KEY_SET_MAX_AGE_MS, KeySetFetches, PlatformSigner, PublishedDocuments } from '@registrar/keys';
import type { Response } from 'express';
import { Answers } from '../answers.js';
import { Public } from '../auth/permit.js';
import { apiProblem } from '../api.problems.js';
import { Uncounted } from '../rate-limit.guard.js';

/** What EHRs fetch: public bytes, from memory, also while the database is down. */
@Controller()
@Public()
@Uncounted()
@ApiTags('Published')
export class PublishedController {
  constructor(
    @Inject(PublishedDocuments) private readonly documents: PublishedDocuments,
    @Inject(KeySetFetches) private readonly fetches: KeySetFetches,
    @Inject(PlatformSigner) private readonly platform: PlatformSigner,
  ) {}

  @Get('jwks/platform')
  @Header('Cache-Control', `public, max-age=${KEY_SET_MAX_AGE_MS / 1000}`)
  @Header('Access-Control-Allow-Origin', '*')
  @Answers('The public key of this Registrar, which signs checkpoints of the audit log, as a JSON Web Key Set (RFC 7517)', 200)
  async platformKeys(@Res() response: Response): Promise<void> {
    response
      .status(200)
      .type('application/json')
      .send(await this.platform.keySet());
  }

  @Get('jwks/:id')
  @Header('Cache-Control', `public, max-age=${KEY_SET_MAX_AGE_MS / 1000}`)
  @Header('Access-Control-Allow-Origin', '*')
  @Answers('The public keys of a client, or of a workspace that issues software statements, as a JSON Web Key Set (RFC 7517)', 200)
  async jwks(@Param('id') id: string, @Headers('if-none-match') known: string | undefined, @Res() response: Response): Promise<void> {
    const uuid = parsePublicId('jks', id);
    const document = uuid === undefined ? undefined : await this.documents.find(uuid);
    if (document?.kind !== 'jwks' && document?.kind !== 'statement_issuer') throw apiProblem('api.not_found');
    // Whoever is told that nothing changed has this document too.
    this.fetches.record(document);
    response.setHeader('ETag', document.etag);
    if (known === document.etag) response.status(304).end();
    else response.status(200).type('application/json').send(document.body);
  }
}
