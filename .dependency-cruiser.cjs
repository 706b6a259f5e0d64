// Who may import whom. One row per library: its complete list of allowed library imports; a library without a row fails.
const { readdirSync } = require('node:fs');

const FLOOR = ['problem', 'secret', 'clock', 'config'];
const STORE = [...FLOOR, 'database', 'vault', 'jobs', 'audit', 'events', 'access'];
const NOUNS = [...STORE, 'outbound', 'dcr', 'tenants', 'applications', 'ehrs', 'keys', 'statements'];
const MAY_IMPORT = {
  problem: [],
  secret: [],
  clock: [],
  faults: [],
  config: ['problem', 'secret'],
  outbound: ['problem', 'secret', 'clock'],
  dcr: ['problem', 'secret', 'clock', 'outbound'],
  database: FLOOR,
  vault: [...FLOOR, 'database'],
  jobs: [...FLOOR, 'database'],
  audit: [...FLOOR, 'database', 'vault'],
  events: [...FLOOR, 'database'],
  access: [...FLOOR, 'database', 'vault', 'audit', 'events'],
  tenants: STORE,
  applications: [...STORE, 'dcr'],
  ehrs: [...STORE, 'outbound', 'dcr'],
  keys: [...STORE, 'dcr'],
  checkpoints: [...STORE, 'outbound', 'keys'],
  statements: [...STORE, 'outbound', 'dcr', 'applications', 'ehrs', 'keys'],
  registrations: [...NOUNS, 'faults'],
  approvals: [...NOUNS, 'registrations'],
  rotation: [...NOUNS, 'registrations', 'faults'],
  rollouts: [...NOUNS, 'registrations'],
  offboarding: [...NOUNS, 'registrations'],
  reports: [...STORE, 'offboarding'],
  links: [...STORE, 'keys', 'offboarding'],
};
const missing = readdirSync(`${__dirname}/libs`).filter((lib) => !(lib in MAY_IMPORT));
if (missing.length > 0) throw new Error(`No import row for: ${missing.join(', ')}`);

const anyOf = (names) => `^libs/(${names.join('|')})/`;
const SPEC = '\\.spec\\.ts$';
const libraryRows = Object.entries(MAY_IMPORT).map(([lib, allowed]) => ({
  name: `lib-${lib}`,
  severity: 'error',
  from: { path: `^libs/${lib}/`, pathNot: SPEC },
  to: { path: '^libs/', pathNot: anyOf([lib, ...allowed]) },
}));
const fence = (name, pkg, allowedFrom) => ({
  name: `only-${name}`,
  severity: 'error',
  from: { path: '^(apps|libs)/', pathNot: `^apps/(sandbox|launcher)/|${SPEC}|${allowedFrom}` },
  to: { path: pkg },
});
module.exports = {
  forbidden: [
    ...libraryRows,
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'through-the-index',
      severity: 'error',
      comment: 'a library is entered by @registrar/<lib> only',
      from: { path: '^(apps|libs)/([^/]+)/' },
      to: { path: '^libs/([^/]+)/src/', pathNot: ['^libs/$2/', '^libs/[^/]+/src/index\\.ts$'] },
    },
    { name: 'libs-not-apps', severity: 'error', from: { path: '^libs/' }, to: { path: '^apps/' } },
    { name: 'apps-apart', severity: 'error', from: { path: '^apps/([^/]+)/' }, to: { path: '^apps/', pathNot: '^apps/$1/' } },
    { name: 'code-not-test', severity: 'error', from: { path: '^(apps|libs)/', pathNot: SPEC }, to: { path: '^test/' } },
    {
      name: 'nothing-of-development-in-production',
      severity: 'error',
      comment: 'the image of api and worker has no development packages',
      from: { path: '^(libs|apps/(api|worker))/', pathNot: `${SPEC}|\\.fixture\\.ts$` },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    fence(
      'typeorm-in-persistence',
      'node_modules/(typeorm|pg|@nestjs/typeorm)(/|$)|^(typeorm|pg|@nestjs/typeorm)$',
      '^libs/database/|\\.(entity|repository|module)\\.ts$',
    ),
    fence('bullmq-in-jobs', 'node_modules/(bullmq|ioredis)(/|$)|^(bullmq|ioredis)$', '^libs/jobs/'),
    fence('undici-in-outbound', 'node_modules/undici(/|$)|^undici$', '^libs/outbound/'),
    fence('koffi-in-vault', 'node_modules/koffi(/|$)|^koffi$', '^libs/vault/src/pkcs11-native\\.ts$'),
    fence('crypto-in-vault', '^(node:)?crypto$', '^libs/vault/'),
    fence('jose', 'node_modules/jose(/|$)|^jose$', '^libs/(dcr|vault|keys)/|^apps/api/src/auth/'),
    fence('passport-in-api-auth', 'node_modules/(@nestjs/)?passport|^(@nestjs/)?passport', '^apps/api/src/auth/'),
    fence(
      'openid-client-in-api-auth',
      'node_modules/(openid-client|oauth4webapi)(/|$)|^(openid-client|oauth4webapi)$',
      '^apps/api/src/auth/',
    ),
    {
      name: 'dcr-is-plain-typescript',
      severity: 'error',
      from: { path: '^libs/(dcr|problem|secret|clock|outbound)/' },
      to: { path: 'node_modules/@nestjs/|^@nestjs/' },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { conditionNames: ['require', 'node', 'default'] },
  },
};
