// The fault suite in full, as often as told (twice by default): `npm run faults`, `npm run faults -- 10`.
// It shows what it measured.

import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const rounds = Number(process.argv[2] ?? 2);
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');

for (let round = 1; round <= rounds; round += 1) {
  console.log(`\n── round ${round} of ${rounds}`);
  const { status } = spawnSync(
    process.execPath,
    [vitest, 'run', '--project', 'faults', '--reporter', 'verbose'],
    {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, FAULTS: 'full' },
    },
  );
  if (status !== 0) process.exit(1);
}
