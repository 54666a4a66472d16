// Everything that must hold before a change lands: `npm test`.
// With arguments, only the tests they name.

import { spawnSync } from 'node:child_process';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runTests } from './run-tests.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const names = process.argv.slice(2);

const steps = [
  { title: 'format and lint', command: ['biome', 'ci', '--error-on-warnings', '.'] },
  { title: 'types', command: ['tsc'] },
  { title: 'nothing unused', command: ['knip'] },
  { title: 'OpenAPI document', command: ['node', 'scripts/lint-openapi.ts'] },
];

// The tools are scripts that ask for `node`: let them find the pinned runtime, whatever the machine has.
const path = [dirname(process.execPath), join(root, 'node_modules', '.bin'), process.env.PATH].join(
  delimiter,
);

const failed = [];
if (names.length === 0) {
  for (const { title, command } of steps) {
    step(title, command.join(' '), () => {
      const options = { cwd: root, stdio: 'inherit', shell: true, env: { ...process.env, PATH: path } };
      return spawnSync(command.join(' '), options).status === 0;
    });
  }
}
step('tests', ['vitest run', ...names].join(' '), () =>
  runTests(names, { PATH: path, ...(names.length > 0 ? { TEST_FILES: 'named' } : {}) }),
);
if (failed.length > 0) {
  console.error(`\nFailed: ${failed.join(', ')}`);
  process.exit(1);
}

function step(title, command, run) {
  const startedAt = performance.now();
  console.log(`\n── ${title}: ${command}`);
  const isPassed = run();
  const seconds = Math.round((performance.now() - startedAt) / 1_000);
  console.log(`── ${title}: ${isPassed ? 'ok' : 'FAILED'} in ${seconds} s`);
  if (!isPassed) failed.push(title);
}
