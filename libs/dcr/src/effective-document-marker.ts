import { place, type Draft } from './effective-document-merge.js';
import type { Quirks } from './quirk-profile.js';

/**
 * Writes the attempt's marker where the server's administrator can find it again: at the end of `software_version` or of
 * `client_name`. Where the chosen member is missing or never kept by this server, the other is taken.
 */
export function placeMarker(draft: Draft, quirks: Quirks, marker: string | undefined): Quirks['marker'] {
  const member = marker === undefined ? 'none' : markerMember(draft, quirks);
  if (marker === undefined || member === 'none') return 'none';
  const value = draft.members.get(member);
  const origin = draft.origins.get(member) ?? 'registrar';
  const marked = typeof value === 'string' ? (member === 'client_name' ? `${value} [ref ${marker}]` : `${value}+${marker}`) : marker;
  place(draft, member, marked, origin, 'Ends with the marker of this attempt.');
  return member;
}

function markerMember(draft: Draft, quirks: Quirks): Quirks['marker'] {
  if (quirks.marker === 'none') return 'none';
  const version: Quirks['marker'] = quirks.droppedMembers.includes('software_version') ? 'none' : 'software_version';
  const name: Quirks['marker'] =
    draft.members.has('client_name') && !quirks.droppedMembers.includes('client_name') ? 'client_name' : 'none';
  if (quirks.marker === 'client_name') return name === 'none' ? version : name;
  return version === 'none' ? name : version;
}
