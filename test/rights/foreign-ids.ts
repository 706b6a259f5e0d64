import type { Answer } from '../support/index.js';
import type { Placement, Route } from './api-document.js';
import type { RightsWorld } from './rights-world.js';
import { samplesOf, type Sample } from './sample.js';
import { isOfTenant, said, unknownId, type Ids } from './world-rows.js';

/** Who asks, and whose ids they try. */
export interface Prober {
  readonly name: string;
  readonly key: string;
  readonly foreign: Ids;
  /** Whether kinds that are of no hospital are shared with the caller, and so not foreign. */
  readonly sharesWorkspace: boolean;
}

export interface Probed {
  readonly probes: number;
  readonly routes: number;
  /** Places that no request could be made for whose id is looked at, and kinds of which there is none to try. */
  readonly unfilled: string[];
  /** Answers by which a foreign id can be told from one that there is not, or that show or do something. */
  readonly leaks: string[];
  /** Answers to ids in bodies, by status: what callers meet. */
  readonly statuses: ReadonlyMap<string, number>;
}

/** Tries foreign ids in every place of every route, beside an id that was never given. */
export async function probeForeignIds(world: RightsWorld, routes: readonly Route[], prober: Prober): Promise<Probed> {
  const [unfilled, leaks]: [string[], string[]] = [[], []];
  const statuses = new Map<string, number>();
  const probed = new Set<string>();
  let probes = 0;
  for (const route of routes)
    await Promise.all(
      kindsOf(route, prober).map(async ({ placement, prefix, foreign }) => {
        const what = `${prober.name}: ${route.method} ${route.path} ${placement.where} ${placement.at.join('.')} (${prefix})`;
        if (foreign === undefined) {
          // Where a place takes ids of many kinds, those that this world has are tried.
          if (placement.prefixes.length === 1) unfilled.push(`${what}: there is no foreign id of this kind`);
          return;
        }
        const found = await firstThatLooks(world, route, placement, prefix, prober.key);
        if ('unfilled' in found) {
          unfilled.push(`${what}: ${found.unfilled}`);
          return;
        }
        const again = samplesOf(route, placement, foreign, world.own.ids)[found.index];
        const answer = again && (await send(world, route, again, prober.key));
        if (!answer) throw new Error(`${what}: the request could not be made again`);
        const [wanted, got] = [said(found.answer, found.id), said(answer, foreign)];
        if (JSON.stringify(wanted) !== JSON.stringify(got)) leaks.push(`${what}: ${JSON.stringify(got)} and not ${JSON.stringify(wanted)}`);
        else if (!isRefusal(placement, answer)) leaks.push(`${what}: ${answer.status} ${JSON.stringify(answer.body)}`);
        const kind = `${placement.where} ${answer.status}${placement.where === 'body' ? ` ${codeOf(answer)}` : ''}`;
        statuses.set(kind, (statuses.get(kind) ?? 0) + 1);
        probed.add(`${route.method} ${route.path}`);
        probes += 1;
      }),
    );
  return { probes, routes: probed.size, unfilled, leaks, statuses };
}

type Looked = { readonly unfilled: string } | { readonly index: number; readonly id: string; readonly answer: Answer<unknown> };

/** Each kind of id in each place of a route that is foreign to whoever asks. */
function kindsOf({ placements }: Route, { foreign, sharesWorkspace }: Prober) {
  return placements.flatMap((placement) =>
    placement.prefixes
      .filter((prefix) => !sharesWorkspace || isOfTenant(prefix))
      .map((prefix) => ({ placement, prefix, foreign: foreign.get(prefix) })),
  );
}

/** The first request that is refused for its unknown id, or that finds nothing by it: only then is the id looked at. */
async function firstThatLooks(world: RightsWorld, route: Route, placement: Placement, prefix: string, key: string): Promise<Looked> {
  const id = unknownId(prefix);
  let found: Looked = { unfilled: 'no request could be made' };
  for (const [index, sample] of samplesOf(route, placement, id, world.own.ids).entries()) {
    const answer = await send(world, route, sample, key);
    if (answer.status === 404) return { index, id, answer };
    const isTaken = placement.where === 'query' ? answer.status === 200 : NAMES_WHAT_IS_NOT_THERE.test(codeOf(answer));
    if (isTaken && 'unfilled' in found) found = { index, id, answer };
    if (!isTaken && 'unfilled' in found) found = { unfilled: `${JSON.stringify(sample)} is answered ${JSON.stringify(answer.body)}` };
  }
  return found;
}

/** Refusals that come of the id. One of anything else in a request does not show that the id was looked at. */
const NAMES_WHAT_IS_NOT_THERE = /(unknown(_binding)?|not_in_plan|reveal_refused|bound_key)$/;

const codeOf = ({ body }: Answer<unknown>): string => (body as { code?: string }).code ?? '';

/** In a path there is no such thing; a filter finds nothing; a body is refused. A key that is bound may be told that it never may. */
function isRefusal({ where }: Placement, answer: Answer<unknown>): boolean {
  const { status, body } = answer;
  if (status === 404 || (status === 403 && codeOf(answer).endsWith('.bound_key'))) return true;
  if (where === 'path') return false;
  if (where === 'query') return status === 200 && foundNothing(body);
  return status === 403 || status === 409 || status === 422;
}

function foundNothing(body: unknown): boolean {
  if (typeof body === 'string') return body.trim() === '';
  return Object.values(body as object).every((member) => member === null || (Array.isArray(member) && member.length === 0));
}

export function send(world: RightsWorld, { method }: Pick<Route, 'method'>, { path, body }: Sample, key: string): Promise<Answer<unknown>> {
  return world.stack.call(method, path, { key, ...(body === undefined ? {} : { body }) });
}
