// Everything that must hold before a change lands: `npm test`.
// With arguments, only the tests they name.

import { spawnSync } from 'node:child_process';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const names = process.argv.slice(2);

const steps = [
  { title: 'format and lint', command: ['biome', 'ci', '--error-on-warnings', '.'] },
  { title: 'types', command: ['tsc'] },
  { title: 'nothing unused', command: ['knip'] },
  { title: 'OpenAPI document', command: ['node', 'scripts/lint-openapi.ts'] },
  { title: 'tests', command: ['vitest', 'run', ...names] },
];

// The tools are scripts that ask for `node`: let them find the pinned runtime, whatever the machine has.
const path = [dirname(process.execPath), join(root, 'node_modules', '.bin'), process.env.PATH].join(
  delimiter,
);

const failed = [];
for (const { title, command } of names.length > 0 ? steps.slice(-1) : steps) {
  const startedAt = performance.now();
  console.log(`\n── ${title}: ${command.join(' ')}`);
  const { status } = spawnSync(command.join(' '), {
    cwd: root,
    stdio: 'inherit',
    shell: true,
    env: { ...process.env, PATH: path },
  });
  console.log(
    `── ${title}: ${status === 0 ? 'ok' : 'FAILED'} in ${Math.round((performance.now() - startedAt) / 1_000)} s`,
  );
  if (status !== 0) failed.push(title);
}
if (failed.length > 0) {
  console.error(`\nFailed: ${failed.join(', ')}`);
  process.exit(1);
}
