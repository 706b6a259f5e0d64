import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Fault } from '../fault.js';
import type { AuthorizationServer, Site, Vendor } from '../vendor.js';
import { administer } from './administrator.js';
import { smartMetadata } from './discovery-document.js';
import { answerAt } from './endpoints.js';
import { Premises } from './premises.js';
import type { ProductName } from './product-names.js';
import { profileOf } from './profiles.js';
import { refuse, send } from './written-answer.js';

/** A vendor whose servers behave as one product does, at `/keycloak/h01` and so on. */
export function simulatedVendor(product: ProductName): Vendor {
  return {
    name: product,
    shared: false,
    path: `/${product}`,
    openServer: (site) => Promise.resolve(openServer(product, site)),
  };
}

function openServer(product: ProductName, site: Site): AuthorizationServer {
  const premises = new Premises(site, product, profileOf(product));
  return {
    ...administer(premises),
    get initialAccessToken() {
      return premises.initialAccess.usable();
    },
    get smartConfiguration() {
      return smartMetadata(premises);
    },
    handle: (request, response, twist) => {
      void handle(premises, request, response, twist);
    },
  };
}

async function handle(premises: Premises, request: IncomingMessage, response: ServerResponse, twist: Fault | undefined): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://simulator');
  response.setHeader('date', new Date(premises.now()).toUTCString());
  premises.clients.expire(premises.behaviour.clientLifeMs, premises.now());
  try {
    const sent = await text(request);
    send(response, await answerAt(premises, { request, pathname, searchParams, sent, twist }));
  } catch (error) {
    refuse(premises, request, response, error);
  }
}
