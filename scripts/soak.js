// Runs the tests in their full form (`npm run soak`): the soak, the faults, and every other test that has one.
// With arguments, only the files whose names contain one of them, as often as `--rounds` says (default: 1):
// `npm run soak -- faults --rounds 10`. What is measured is shown.

import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { fullFormOnly } from '../test/support/full-form-only.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
const { values, positionals: names } = parseArgs({
  options: { rounds: { type: 'string', default: '1' } },
  allowPositionals: true,
});

const only = globSync(fullFormOnly, { cwd: root });
const files = globSync('test/**/*.test.ts', { cwd: root })
  .filter((file) => names.length === 0 || names.some((name) => file.includes(name)))
  .filter((file) => /^test[\\/](soak|faults)[\\/]/.test(file) || only.includes(file) || hasFullForm(file))
  .sort();
if (files.length === 0) {
  console.error(`No test with a full form is named ${names.join(' or ')}.`);
  process.exit(1);
}
for (let round = 1; round <= Number(values.rounds); round += 1) {
  console.log(`\n── full forms, round ${round} of ${values.rounds}`);
  const { status } = spawnSync(process.execPath, [vitest, 'run', '--reporter', 'verbose', ...files], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, TEST_LENGTH: 'full' },
  });
  if (status !== 0) process.exit(1);
}

/** A test has a full form if it asks for its length. */
function hasFullForm(file) {
  return readFileSync(join(root, file), 'utf8').includes('support/length.ts');
}
