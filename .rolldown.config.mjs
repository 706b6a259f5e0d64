// npm run build, after the compiler: each program that is shipped becomes one file and the chunks it has in common with others, in
// dist/programs. Node then opens a handful of files instead of two thousand, and starts in a third of the time.
import { readFileSync } from 'node:fs';
import { defineConfig } from 'rolldown';

const PROGRAMS = {
  api: 'api/src/main',
  migrate: 'api/src/migrate',
  'audit-cut': 'api/src/audit-cut',
  'audit-verify': 'api/src/audit-verify',
  worker: 'worker/src/main',
  keys: 'worker/src/keys',
  sandbox: 'sandbox/src/main',
  // Forked by the sandbox, which looks for it beside itself.
  'vendor-process': 'sandbox/src/vendor-process',
  canned: 'sandbox/src/canned',
  launch: 'sandbox/src/launch',
};

// TypeORM finds pg at run time: bundled beside that, there would be two, and an error of one is none of the other's. The rest is what
// Nest asks for where it is there, and is not.
const EXTERNAL = [
  'pg',
  // Native, and loaded where a key lies behind PKCS#11 alone.
  'koffi',
  /^@nestjs\/(?:microservices|websockets|platform-fastify|platform-socket\.io|mongoose)/,
  /^@fastify\//,
  'class-transformer',
  'class-validator',
];

export default defineConfig({
  input: Object.fromEntries(Object.entries(PROGRAMS).map(([name, file]) => [name, `dist/apps/${file}.js`])),
  platform: 'node',
  external: EXTERNAL,
  // A direct eval of `depd`, which the sandbox brings along.
  checks: { eval: false },
  plugins: [
    {
      name: 'compiled-sources',
      // Stacks name the sources that the compiler had before it.
      load: {
        filter: { id: /\/dist\/(?:apps|libs)\/.*\.js$/ },
        handler: (id) => ({ code: readFileSync(id, 'utf8'), map: readFileSync(`${id}.map`, 'utf8') }),
      },
    },
  ],
  output: {
    dir: 'dist/programs',
    cleanDir: true,
    chunkFileNames: 'chunk-[hash].js',
    format: 'esm',
    keepNames: true,
    sourcemap: true,
    sourcemapExcludeSources: true,
  },
  logLevel: 'warn',
});
