import { isSettledActive, isUnderWay, type Standing } from './demo-registrations.js';

/** Where it is drawn: a terminal is drawn over, anything else gets a line for each change. */
export interface Screen {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

const WIDTH = 24;

/** A progress bar for each vendor: what is active, out of what was asked for. */
export function progressBars(screen: Screen): (standings: readonly Standing[]) => void {
  let drawn: readonly string[] = [];
  return (standings) => {
    const vendors = [...new Set(standings.map(({ vendor }) => vendor))];
    const lines = vendors.map((vendor) =>
      line(
        vendor,
        standings.filter((one) => one.vendor === vendor),
      ),
    );
    if (screen.isTTY === true) {
      const up = drawn.length === 0 ? '' : `\u001b[${drawn.length}A`;
      screen.write(up + lines.map((text) => `\u001b[2K${text}\n`).join(''));
    } else {
      for (const [index, text] of lines.entries()) if (text !== drawn[index]) screen.write(`${text}\n`);
    }
    drawn = lines;
  };
}

function line(vendor: string, standings: readonly Standing[]): string {
  const active = standings.filter(isSettledActive).length;
  const stuck = standings.filter((one) => !isUnderWay(one)).length - active;
  const full = Math.floor((active / standings.length) * WIDTH);
  const bar = '█'.repeat(full) + '░'.repeat(WIDTH - full);
  const figures = `${String(active).padStart(2)} of ${standings.length} active`;
  return `  ${vendor.padEnd(8)} ${bar} ${figures}${stuck === 0 ? '' : `, ${stuck} not`}`;
}
