import type { Standing } from './demo-registrations.js';
import { words } from './demo-verdict.js';

/** Hospital × vendor as lines of text: the status of each, and how it was proven. */
export function tableOf(standings: readonly Standing[]): string[] {
  const vendors = [...new Set(standings.map(({ vendor }) => vendor))];
  const hospitals = [...new Set(standings.map(({ hospital }) => hospital))];
  const rows = hospitals.map((hospital) => [
    hospital,
    ...vendors.map((vendor) => cell(standings.find((one) => one.hospital === hospital && one.vendor === vendor))),
  ]);
  const table = [['hospital', ...vendors], ...rows];
  const widths = ['', ...vendors].map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  const lines = table.map((row) =>
    row
      .map((text, column) => text.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  lines.splice(1, 0, widths.map((width) => '─'.repeat(width)).join('  '));
  return lines;
}

function cell(standing: Standing | undefined): string {
  const registration = standing?.registration;
  if (!registration) return 'none';
  const status = words(registration.status);
  return registration.proof === null ? status : `${status}, ${words(registration.proof)}`;
}
