import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fileSettings, loadConfig, settingsSchema } from '@registrar/config';
import { root } from '../apps/launcher/prepare.mjs';
import programs from '../.rolldown.config.mjs';
import { readOptions } from '../apps/sandbox/src/options.js';
import { readCompose, readDockerfile, type ComposeService } from './support/compose.js';

const { services, volumes } = readCompose();
const docker = readDockerfile();
const ours = Object.entries(services).filter(([, service]) => service.image === 'registrar');
const settings = new Set([...Object.keys(settingsSchema.shape), ...fileSettings.map((name) => `${name}_FILE`)]);
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  engines: { node: string };
  scripts: Record<string, string>;
};

function service(name: string): ComposeService {
  const found = services[name];
  if (!found) throw new Error(`There is no service ${name}`);
  return found;
}
const urlOf = (name: string, setting: string): URL => new URL(service(name).environment?.[setting] ?? '');

describe('docker-compose.yml', () => {
  it('has the parts that the architecture names', () => {
    expect(Object.keys(services).sort()).toEqual(['api', 'kek', 'migrate', 'postgres', 'redis', 'sandbox', 'worker']);
    expect(services.sandbox?.profiles).toEqual(['sandbox']);
    for (const name of ['postgres', 'redis', 'migrate', 'api', 'worker']) expect(service(name).profiles).toBeUndefined();
  });

  it('can be scaled: a worker publishes no port and takes no fixed one', () => {
    expect(service('worker').ports).toBeUndefined();
    expect(service('worker').environment?.METRICS_PORT).toBe('0');
  });

  it.each(ours)('%s: every variable is a setting, and the settings hold in production', (_, { environment = {} }) => {
    for (const name of Object.keys(environment)) expect(settings).toContain(name);
    if (environment.NODE_ENV !== undefined) expect(loadConfig(environment).production).toBe(true);
  });

  it('sandbox: every variable is one of its options', () => {
    const { environment = {} } = service('sandbox');
    const read = readOptions([], environment);
    expect(read.controlPort).toBe(Number(environment.SANDBOX_CONTROL_PORT));
    expect(read.hospitals).toHaveLength(10);
    expect(read.folder).toBe(environment.SANDBOX_DATA);
    expect(Object.keys(environment)).toHaveLength(3);
  });

  it.each(Object.entries(services).filter(([, { command }]) => command?.[0] === 'node'))(
    '%s: its program is one that is built',
    (_, { command }) => {
      const [, name = ''] = /^dist\/programs\/(.+)\.js$/.exec(command?.at(-1) ?? '') ?? [];
      expect(Object.keys(programs.input as object)).toContain(name);
    },
  );

  it('every address is that of a service, with the port that it listens on and a role that is made', () => {
    const roles = readFileSync(join(root, 'deploy/roles.sql'), 'utf8');
    for (const [name, setting, role] of [
      ['migrate', 'DATABASE_OWNER_URL', 'registrar_owner'],
      ['migrate', 'DATABASE_URL', 'registrar_app'],
      ['api', 'DATABASE_URL', 'registrar_app'],
      ['worker', 'DATABASE_URL', 'registrar_app'],
    ] as const) {
      const url = urlOf(name, setting);
      expect([url.hostname, url.port, url.username, url.pathname]).toEqual(['postgres', '5432', role, '/registrar']);
      expect(roles).toContain(`CREATE ROLE ${role} `);
      const password = role === 'registrar_owner' ? 'REGISTRAR_OWNER_PASSWORD' : 'REGISTRAR_APP_PASSWORD';
      expect(url.password).toBe(service('postgres').environment?.[password]);
      expect(roles).toContain(`\\getenv ${role.replace('registrar_', '')}_password ${password}`);
    }
    expect(roles).toContain('CREATE DATABASE registrar ');
    expect(service('postgres').healthcheck?.test).toContain('5432');
    for (const name of ['migrate', 'api', 'worker']) expect(urlOf(name, 'REDIS_URL').host).toBe('redis:6379');
    expect(service('redis').command?.join(' ')).toContain('--port 6379');
    expect(service('api').environment?.DATABASE_OWNER_URL).toBeUndefined();
    expect(service('worker').environment?.DATABASE_OWNER_URL).toBeUndefined();
  });

  it('publishes the port of the API to this machine alone, and asks that port whether it is ready', () => {
    const port = service('api').environment?.PORT;
    expect(service('api').ports).toEqual([`127.0.0.1:${port ?? ''}:${port ?? ''}`]);
    expect(service('api').healthcheck?.test.join(' ')).toContain(`http://127.0.0.1:${port ?? ''}/health/ready`);
    expect(urlOf('api', 'PUBLIC_URL').port).toBe(port);
    expect(docker.find(({ stage, name }) => stage === 'registrar' && name === 'EXPOSE')?.text).toBe(port);
    expect(service('sandbox').healthcheck?.test.join(' ')).toContain(
      `:${service('sandbox').environment?.SANDBOX_CONTROL_PORT ?? ''}/servers`,
    );
  });

  it('names only services, volumes, files and stages that there are', () => {
    for (const each of Object.values(services)) {
      for (const name of Object.keys(each.depends_on ?? {})) expect(Object.keys(services)).toContain(name);
      const network = each.network_mode?.split(':') ?? ['none'];
      if (network[0] === 'service') expect(Object.keys(services)).toContain(network[1]);
      for (const volume of each.volumes ?? []) {
        const [source = ''] = volume.split(':');
        if (source.startsWith('.')) expect(existsSync(join(root, source))).toBe(true);
        else expect(Object.keys(volumes)).toContain(source);
      }
      if (each.build) expect(docker.map(({ stage }) => stage)).toContain(each.build.target);
    }
  });

  it('gives api and worker the key file that kek makes, in the folder that the image makes for its user', () => {
    const file = service('kek').environment?.KEK_FILE ?? '';
    for (const name of ['api', 'worker']) expect(service(name).environment?.KEK_FILE).toBe(file);
    const folder = service('api').volumes?.[0]?.split(':')[1] ?? '';
    expect(file.startsWith(`${folder}/`)).toBe(true);
    expect(service('api').environment?.REGISTRAR_HOME).toBe(folder);
    const made = docker.find(({ name, text }) => name === 'RUN' && text.startsWith('install -d'))?.text ?? '';
    for (const name of ['api', 'sandbox']) expect(made.split(' ')).toContain(service(name).volumes?.[0]?.split(':')[1]);
    expect(made).toContain('-o node -g node -m 0700');
  });
});

describe('Dockerfile', () => {
  it('runs nothing as root', () => {
    for (const [name, each] of Object.entries(services)) {
      if (!each.build) continue;
      const stage = docker.filter((instruction) => instruction.stage === each.build?.target);
      expect(stage.findLast((instruction) => instruction.name === 'USER')?.text, name).toBe('node');
      expect(each.cap_drop, name).toEqual(['ALL']);
    }
  });

  it('copies what there is, runs scripts that there are, on a Node that package.json allows', () => {
    for (const { name, text } of docker) {
      if (name === 'COPY' && !text.startsWith('--from=')) {
        for (const source of text.split(' ').slice(0, -1)) expect(existsSync(join(root, source)), source).toBe(true);
      }
      const script = name === 'RUN' ? /^npm run (\S+)/.exec(text)?.[1] : undefined;
      if (script !== undefined) expect(Object.keys(manifest.scripts)).toContain(script);
      const image = name === 'FROM' ? /^node:(\d+)-/.exec(text)?.[1] : undefined;
      if (image !== undefined) expect(Number(image)).toBeGreaterThan(Number(/\d+/.exec(manifest.engines.node)?.[0]));
    }
    const build = readFileSync(join(root, '.dockerignore'), 'utf8').split('\n');
    expect(build).toEqual(expect.arrayContaining(['node_modules', 'dist', '.registrar', '.git', '.env']));
  });

  it('starts what compose starts', () => {
    const command = docker.find(({ stage, name }) => stage === 'registrar' && name === 'CMD')?.text ?? '[]';
    expect(JSON.parse(command)).toEqual(service('api').command);
  });
});
