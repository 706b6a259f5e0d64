import { textsOf, type ClientMetadata } from './client-metadata.js';
import { compareMember, withoutMarker } from './compare-metadata-member.js';
import { compareMetadata, type MetadataDifference } from './compare-metadata.js';
import type { Quirks } from './quirk-profile.js';

/**
 * What an update wished for and the server, with its 200, did not do (K-37): the drift `unapplied`. With `before`, the metadata as
 * granted before the update, those members that stand as they stood although something else was wished; without it, every
 * member that the server answered otherwise than wished. What it left unsaid is not counted: nobody knows. A narrowing that is
 * ignored is unapplied and `widened` in {@link compareMetadata} both, for it is more than is wished.
 */
export function unapplied(
  desired: ClientMetadata,
  granted: ClientMetadata,
  options: { readonly before?: ClientMetadata; readonly marker?: Quirks['marker'] } = {},
): MetadataDifference[] {
  const { before, marker } = options;
  const said = compareMetadata(desired, granted, options).differences.filter((difference) => difference.granted !== undefined);
  if (before === undefined) return said;
  const grants = textsOf({ ...desired, ...granted }, 'grant_types');
  return said.filter(({ member, granted: now }) => {
    const stood = before[member];
    return stood !== undefined && compareMember(member, bare(member, stood), bare(member, now), grants) === 'equal';
  });

  function bare(member: string, value: ClientMetadata[string] | undefined) {
    return withoutMarker(member, value, marker ?? 'none');
  }
}
