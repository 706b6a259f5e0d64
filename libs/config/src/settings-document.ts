import { fileSettings, settingsSchema } from './settings.js';

interface DocumentedSetting {
  readonly name: string;
  /** As one writes it into the environment; empty where there is none. */
  readonly fallback: string;
  readonly purpose: string;
  readonly mayBeFile: boolean;
}

/** `.env.example`: every setting with its default and what it is for, all of them commented out. */
export function environmentExample(): string {
  const settings = documentedSettings().map(({ name, fallback, purpose, mayBeFile }) => {
    const file = mayBeFile ? ` (or ${name}_FILE, the path of a file that holds it)` : '';
    return `# ${purpose}${file}\n#${name}=${fallback}\n`;
  });
  return `# The settings of Registrar with their defaults. Take the # away where you set another value.\n# Made by npm run docs:config.\n\n${settings.join('\n')}`;
}

/** The README's table of the same settings, as Markdown. */
export function settingsTable(): string {
  const rows = documentedSettings().map(({ name, fallback, purpose, mayBeFile }) => {
    const names = mayBeFile ? `\`${name}\` or \`${name}_FILE\`` : `\`${name}\``;
    return `| ${names} | ${fallback === '' ? '' : `\`${fallback}\``} | ${purpose.replaceAll('|', '\\|')} |`;
  });
  return ['| setting | default | what it is for |', '|---|---|---|', ...rows].join('\n');
}

function documentedSettings(): DocumentedSetting[] {
  return Object.entries(settingsSchema.shape).map(([name, schema]) => {
    const parsed = schema.safeParse(undefined);
    return {
      name,
      fallback: parsed.success && parsed.data !== undefined ? String(parsed.data) : '',
      purpose: schema.description ?? '',
      mayBeFile: (fileSettings as readonly string[]).includes(name),
    };
  });
}
