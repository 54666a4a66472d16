/** What `npm test` does with a file in which something failed: it runs it again alone, and says so. */

import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/server.ts';

const passes = `test('passes', () => {});`;
const failsOnce = `test('is late once', () => {
  const isSecond = existsSync('been-here');
  writeFileSync('been-here', '');
  expect(isSecond).toBe(true);
});`;
const fails = `test('fails', () => expect(1).toBe(2));`;
const failsElsewhere = `test('leaves something behind', async () => {
  setTimeout(() => { throw new Error('of no test'); });
  await new Promise((resolve) => setTimeout(resolve, 50));
});`;

/** Runs files of tests as `npm test` does; returns whether all passed, and what was said. */
function outcomeOf(files: Readonly<Record<string, string>>, names: readonly string[] = []) {
  const root = temporaryFolder();
  const from = resolve(import.meta.dirname, '../..');
  mkdirSync(join(root, 'test/support'), { recursive: true });
  for (const file of ['scripts/run-tests.js', 'test/support/failed-files.ts']) {
    cpSync(join(from, file), join(root, file));
  }
  symlinkSync(join(from, 'node_modules'), join(root, 'node_modules'));
  writeFileSync(join(root, 'package.json'), '{ "type": "module" }');
  writeFileSync(
    join(root, 'vitest.config.js'),
    `export default { test: { projects: [{ test: { name: 'some' } }] } };`,
  );
  const imports = `import { existsSync, writeFileSync } from 'node:fs';\nimport { expect, test } from 'vitest';\n`;
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(root, `test/${name}.test.ts`), `${imports}${text}`);
  }
  const program = `import { runTests } from './scripts/run-tests.js'; process.exit(runTests(${JSON.stringify(names)}) ? 0 : 1);`;
  const { status, stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    cwd: root,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], HOME: root, NO_COLOR: '1' },
  });
  return { isPassed: status === 0, said: stdout };
}

test('a file that fails beside others and passes alone is named, and the run passes', () => {
  const { isPassed, said } = outcomeOf({ passes, late: failsOnce });
  expect(said).toContain('── again, one after another: test/late.test.ts\n');
  expect(said).toContain('── test/late.test.ts (some) failed beside the others and passed alone');
  expect(isPassed).toBe(true);
});

test('a file that fails again fails the run', () => {
  const { isPassed, said } = outcomeOf({ passes, late: failsOnce, wrong: fails });
  expect(said).toContain('── test/late.test.ts (some) failed beside the others and passed alone');
  expect(said).not.toContain('test/wrong.test.ts (some) failed beside the others');
  expect(isPassed).toBe(false);
});

test('an error that is no test’s, a file that is named, and more than ten files are not run again', () => {
  const eleven = Object.fromEntries(Array.from({ length: 11 }, (_, n) => [`wrong${n}`, fails]));
  for (const outcome of [
    outcomeOf({ late: failsOnce, stray: failsElsewhere }),
    outcomeOf({ late: failsOnce }, ['late']),
    outcomeOf(eleven),
  ]) {
    expect(outcome.said).not.toContain('── again');
    expect(outcome.isPassed).toBe(false);
  }
});
