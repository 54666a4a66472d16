// Runs vitest, and a second time, one after another, the files in which something failed beside all others.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
const reporter = join(root, 'test', 'support', 'failed-files.ts');

/** Where more fail, it is not the machine that is busy: nothing is run again. */
const maxFiles = 10;

/**
 * Whether all tests pass. Tests hold servers and commands to times, and a machine that runs four of them at once, and
 * perhaps much else, is late now and then. So a file that fails is run again alone. That it failed first is said at
 * the end, because it may be a race that shows itself seldom. Where files are named, the first answer counts.
 *
 * @param {readonly string[]} names what the names of the files contain; all files without any
 * @param {Readonly<Record<string, string>>} more environment variables besides those of this process
 * @param {string} shown a reporter of vitest
 */
export function runTests(names, more = {}, shown = 'default') {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-tests-'));
  const list = join(folder, 'failed.json');
  const env = { ...process.env, ...more, FAILED_FILES: list };
  const run = (...words) => {
    rmSync(list, { force: true });
    const { status } = spawnSync(process.execPath, [vitest, 'run', ...words, '--reporter', reporter], {
      cwd: root,
      stdio: 'inherit',
      env,
    });
    return status === 0;
  };
  try {
    if (run('--reporter', shown, ...names)) return true;
    const failed = names.length > 0 ? undefined : failedIn(list);
    if (failed === undefined || failed.length === 0 || failed.length > maxFiles) return false;
    console.log(`\n── again, one after another: ${failed.map(({ file }) => file).join(', ')}`);
    const still = failed.filter(
      ({ project, file }) => !run('--reporter', 'verbose', '--project', project, file),
    );
    for (const { project, file } of failed.filter((one) => !still.includes(one))) {
      console.log(
        `── ${file} (${project}) failed beside the others and passed alone: make it wait for what it looks at`,
      );
    }
    return still.length === 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What the reporter wrote; undefined if the run did not come to its end, or something failed that is no test. */
function failedIn(list) {
  try {
    const { files, errors } = JSON.parse(readFileSync(list, 'utf8'));
    return errors === 0 ? files : undefined;
  } catch {
    return undefined;
  }
}
