// Builds the package: the sources without types in dist, their declarations, and the data they read.

import { spawnSync } from 'node:child_process';
import { copyFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const data = ['concepts/passwords/common.txt'];

rmSync(join(root, 'dist'), { recursive: true, force: true });
const compiler = join(root, 'node_modules', '.bin', 'tsc');
const { status } = spawnSync(compiler, ['-p', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
  shell: true,
});
if (status !== 0) process.exit(status ?? 1);
for (const file of data) copyFileSync(join(root, 'src', file), join(root, 'dist', file));
