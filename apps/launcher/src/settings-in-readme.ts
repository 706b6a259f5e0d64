import { settingsTable } from '@registrar/config';

const PLACE = /(<!-- configuration -->\n)[^]*?(\n<!-- \/configuration -->)/;

/** The README with the table of the settings as they are now, between its two `configuration` comments; as it is without them. */
export function withSettingsTable(readme: string): string {
  return readme.replace(PLACE, (_all, begin: string, end: string) => `${begin}${settingsTable()}${end}`);
}
