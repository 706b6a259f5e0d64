import { Body, Controller, Delete, Get, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Principal } from '@registrar/access';
import type { UnitOfWork } from '@registrar/database';
import { Links } from '@registrar/links';
import { Answers } from '../answers.js';
import { Caller, Scope } from '../auth/caller.js';
import { Permit } from '../auth/permit.js';
import { Cursors } from '../cursors.js';
import { defined } from '../defined.js';
import { Reveals } from '../idempotency.interceptor.js';
import { listOf, pageQuery, type PageQuery } from '../page.dto.js';
import { idOf } from '../public-id.dto.js';
import { PublicUrl } from './public-url.js';
import { linkWanted, madeLink, showLink, shownLink, type LinkWantedBody } from './links.dto.js';

const LIST = 'links';

/** Links by which a hospital sees, without an account, what is held at it. */
@Controller('v1/tenants/:id/links')
@ApiTags('Links')
export class LinksController {
  constructor(
    private readonly links: Links,
    private readonly cursors: Cursors,
    private readonly publicUrl: PublicUrl,
  ) {}

  @Post()
  @Permit('links.write')
  @Reveals('url')
  @Answers('Makes a link for a hospital: read-only, until a day, to nothing but what is held at it', 201, madeLink)
  async create(
    @Scope() scope: UnitOfWork,
    @Param('id', { schema: idOf('ten') }) id: string,
    @Body({ schema: linkWanted }) body: LinkWantedBody,
  ) {
    const { link, token } = await this.links.create(scope, id, { expiresAt: body.expires_at, ...defined({ note: body.note }) });
    return { ...showLink(link), url: `${this.publicUrl.value}/shared/${token.expose()}` };
  }

  @Get()
  @Permit('links.read')
  @Answers('Lists the links of a hospital, revoked ones too', 200, listOf(shownLink))
  async list(
    @Caller() caller: Principal,
    @Scope() scope: UnitOfWork,
    @Param('id', { schema: idOf('ten') }) id: string,
    @Query({ schema: pageQuery }) query: PageQuery,
  ) {
    const list = `${LIST}:${id}`;
    const page = await this.links.list(scope, id, await this.cursors.read(caller, list, query));
    return this.cursors.answer(caller, list, page, showLink);
  }

  @Delete(':linkId')
  @Permit('links.write')
  @Answers('Revokes a link: nobody opens it any more', 200, shownLink)
  async revoke(
    @Scope() scope: UnitOfWork,
    @Param('id', { schema: idOf('ten') }) id: string,
    @Param('linkId', { schema: idOf('lnk') }) linkId: string,
  ) {
    return showLink(await this.links.revoke(scope, id, linkId));
  }
}
