import { startPart, until, type Part } from '../support/part.js';

export interface Canned {
  readonly part: Part;
  readonly servers: readonly { readonly issuer: string; readonly fhir_base_url: string }[];
}

/** Authorization servers that answer at once, in a process of their own: what is measured is Registrar and not them. */
export async function startCanned(servers: number): Promise<Canned> {
  let ready: { servers: Canned['servers'] } | undefined;
  const part = await startPart({
    name: 'canned',
    file: 'programs/canned.js',
    env: { PATH: process.env.PATH, CANNED_SERVERS: String(servers) },
    ready: async ({ lines }) => {
      ready = await until('the ready line of the canned servers', () => {
        const line = lines().find((text) => text.startsWith('{'));
        return line === undefined ? undefined : (JSON.parse(line) as { servers: Canned['servers'] });
      });
    },
  });
  return { part, servers: ready?.servers ?? [] };
}
