import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { root } from '../../apps/launcher/prepare.mjs';

/** A service of docker-compose.yml, as far as this repository uses the format. */
export interface ComposeService {
  readonly image: string;
  readonly build?: { readonly context: string; readonly target: string };
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly network_mode?: string;
  readonly profiles?: readonly string[];
  readonly depends_on?: Readonly<Record<string, unknown>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly cap_drop?: readonly string[];
}

export interface Compose {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

/** Reads docker-compose.yml with its variables filled in as Compose would: from `env`, else from their defaults. */
export function readCompose(env: Readonly<Record<string, string>> = {}): Compose {
  const fill = (value: unknown): unknown => {
    if (typeof value === 'string') {
      return value.replaceAll(/\$\$|\$\{(\w+):-([^}]*)\}/g, (found, name: string | undefined, otherwise: string | undefined) =>
        found === '$$' ? '$' : (env[name ?? ''] ?? otherwise ?? ''),
      );
    }
    if (Array.isArray(value)) return value.map(fill);
    if (value !== null && typeof value === 'object')
      return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, fill(each)]));
    return value;
  };
  return fill(parse(readFileSync(join(root, 'docker-compose.yml'), 'utf8'), { merge: true })) as Compose;
}

/** One instruction of the Dockerfile and the stage that it stands in. */
export interface DockerInstruction {
  readonly stage: string;
  readonly name: string;
  readonly text: string;
}

export function readDockerfile(): DockerInstruction[] {
  let stage = '';
  return readFileSync(join(root, 'Dockerfile'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [name = '', ...rest] = line.split(' ');
      const text = rest.join(' ');
      if (name === 'FROM') stage = / AS (\S+)$/.exec(text)?.[1] ?? '';
      return { stage, name, text };
    });
}
