import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { loadConfig } from './index.js';

describe('loadConfig', () => {
  it('parses once into a frozen object with defaults', () => {
    const config = loadConfig({ OUTBOUND_ALLOW: '127.0.0.0/8, ::1', PUBLIC_URL: 'http://localhost:4000/' });
    expect(config.PORT).toBe(3000);
    expect(config.OUTBOUND_ALLOW).toEqual(['127.0.0.0/8', '::1']);
    expect(config.PUBLIC_URL).toBe('http://localhost:4000');
    expect(Object.isFrozen(config)).toBe(true);
  });

  it('never shows the password of a database URL', () => {
    const config = loadConfig({ DATABASE_URL: 'postgres://app:hunter2@db/registrar' });
    expect(inspect(config) + JSON.stringify(config)).not.toContain('hunter2');
    expect(config.DATABASE_URL?.expose()).toContain('hunter2');
  });

  it.each([
    [{ PORT: '70000' }, 'PORT'],
    [{ NODE_ENV: 'production', PUBLIC_URL: 'https://registrar.example' }, 'KEK_FILE'],
    [{ NODE_ENV: 'production', KEK_FILE: '/kek' }, 'PUBLIC_URL'],
    [{ NODE_ENV: 'production', KEK_FILE: '/kek', PUBLIC_URL: 'https://registrar.example', CLOCK_OFFSET_MS: '1' }, 'CLOCK_OFFSET_MS'],
    [{ CLOCK_FILE: '/clock' }, 'CLOCK_FILE'],
    [{ NODE_ENV: 'production', KEK_FILE: '/kek', PUBLIC_URL: 'https://registrar.example', CLOCK_FILE: '/clock' }, 'CLOCK_FILE'],
    [{ FAULTS: 'R5:kill' }, 'FAULTS'],
    [{ NODE_ENV: 'production', KEK_FILE: '/kek', PUBLIC_URL: 'https://registrar.example', FAULTS: 'R5:kill' }, 'FAULTS'],
    [{ NODE_ENV: 'production', KEK_FILE: '/kek', PUBLIC_URL: 'https://registrar.example', LEASE_MS: '2000' }, 'LEASE_MS'],
    [{ OIDC_CLIENT_ID: 'registrar' }, 'OIDC_ISSUER'],
    [{ OIDC_ALGORITHMS: 'RS256,HS256' }, 'OIDC_ALGORITHMS'],
    [{ OIDC_ALGORITHMS: 'none' }, 'OIDC_ALGORITHMS'],
    [{ DATABASE_URL_FILE: '/does/not/exist' }, 'DATABASE_URL_FILE'],
  ])('refuses %j and names %s', (environment, name) => {
    expect(() => loadConfig(environment)).toThrow(name);
  });
});
