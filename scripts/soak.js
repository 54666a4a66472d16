// Runs the tests in their full form (`npm run soak`): the soak, the faults, every other test that has one, and what only runs there.
// With arguments, only the files whose names contain one of them, as often as `--rounds` says (default: 1):
// `npm run soak -- faults --rounds 10`. What is measured is shown.

import { parseArgs } from 'node:util';
import { runTests } from './run-tests.js';

const { values, positionals: names } = parseArgs({
  options: { rounds: { type: 'string', default: '1' } },
  allowPositionals: true,
});

for (let round = 1; round <= Number(values.rounds); round += 1) {
  console.log(`\n── full forms, round ${round} of ${values.rounds}`);
  if (!runTests(names, { TEST_LENGTH: 'full' }, 'verbose')) process.exit(1);
}
