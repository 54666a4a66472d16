/** The program in a few files, made once for a run: most of what its start costs is finding and linking its modules. */

import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';
import { newFolder } from './postgres/home.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

/** What is started by its path: the two programs, a worker, and a hashing thread. */
const entries = ['server/main.ts', 'server/worker.ts', 'cli/main.ts', 'crypto/hashing-thread.js'];

/** The data that the program reads beside its modules, as `scripts/build.js` has it. */
const data = [
  'package.json',
  'src/concepts/passwords/common.txt',
  'openapi/openapi.json',
  'openapi/redoc.js.gz',
];

/** Chooses between the programs as `bin/gatehouse.js` does, and keeps what was compiled as that one does. */
const launcher = `#!/usr/bin/env node
import module from 'node:module';
const words = process.argv.slice(2);
const program = words.length === 0 || words.join(' ') === 'serve' ? 'server' : 'cli';
module.enableCompileCache(new URL('../compiled', import.meta.url).pathname);
await import(new URL(\`../dist/\${program}/main.js\`, import.meta.url).href);
module.flushCompileCache();
`;

/** Bundles the sources into a folder that is laid out like the package; resolves to the path of its `bin`. */
export async function bundleProgram(): Promise<string> {
  const folder = newFolder('program');
  const placeOf = (path: string) => join(folder, relative(root, path).replace(/^src\b/, 'dist'));
  const bundle = await rolldown({
    cwd: root,
    platform: 'node',
    input: Object.fromEntries(
      entries.map((entry) => [entry.replace(/\.[jt]s$/, ''), join(root, 'src', entry)]),
    ),
    plugins: [
      {
        // Each module stays where it would be in the package, for what it finds by its own address.
        name: 'address of a module',
        transform(code, id) {
          if (!id.startsWith(join(root, 'src')) || !code.includes('import.meta.url')) return null;
          const address = pathToFileURL(placeOf(id).replace(/\.ts$/, '.js')).href;
          return code.replaceAll('import.meta.url', JSON.stringify(address));
        },
      },
    ],
  });
  await bundle.write({
    dir: join(folder, 'dist'),
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name]-[hash].js',
    // Names stay, but not what only people read: each start reads and decodes all of it.
    minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
  });
  await bundle.close();
  for (const path of data) cpSync(join(root, path), placeOf(join(root, path)));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  mkdirSync(join(folder, 'bin'));
  const program = join(folder, 'bin', 'gatehouse.js');
  writeFileSync(program, launcher);
  return program;
}
