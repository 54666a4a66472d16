// Builds the package: the sources without types in dist, their declarations, the data they read, and the entries.

import { spawnSync } from 'node:child_process';
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const data = ['concepts/passwords/common.txt'];

rmSync(join(root, 'dist'), { recursive: true, force: true });
const compiler = join(root, 'node_modules', '.bin', 'tsc');
const { status } = spawnSync(`"${compiler}" -p tsconfig.build.json`, {
  cwd: root,
  stdio: 'inherit',
  shell: true,
});
if (status !== 0) process.exit(status ?? 1);
for (const file of data) copyFileSync(join(root, 'src', file), join(root, 'dist', file));
const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
for (const { default: entry } of Object.values(exports)) {
  if (entry?.endsWith('.mjs')) await writeEntry(join(root, entry.replace(/\.mjs$/, '')));
}

/**
 * Writes the files that a program gets for `import` and for `require()`. A module is linked before it runs, so an old Node.js
 * would fail at the first thing it does not know: the entry looks at the version before it loads the module.
 */
async function writeEntry(path) {
  const module = `./${basename(path)}.js`;
  const check = relative(dirname(path), join(root, 'dist', 'node-version.cjs')).replaceAll('\\', '/');
  const names = Object.keys(await import(pathToFileURL(`${path}.js`).href));
  const named = names.filter((name) => name !== 'default').join(', ');
  const lines = {
    '.cjs': [
      `require('./${check}').requireVersion(process.version);`,
      `module.exports = require('${module}');`,
    ],
    '.mjs': [
      `import entry from './${basename(path)}.cjs';`,
      ...(named ? [`export const { ${named} } = entry;`] : []),
      ...(names.includes('default') ? ['export default entry.default;'] : []),
    ],
    '.d.cts': typesOf(module, names),
    '.d.mts': typesOf(module, names),
  };
  for (const [ending, text] of Object.entries(lines)) writeFileSync(path + ending, `${text.join('\n')}\n`);
}

function typesOf(module, names) {
  const all = [`export * from '${module}';`];
  return names.includes('default') ? [...all, `export { default } from '${module}';`] : all;
}
