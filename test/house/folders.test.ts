/** A folder can be taken in at a glance, and has an inner order where it grows. */

import { posix } from 'node:path';
import { expect, test } from 'vitest';
import { sources } from '../support/repository.ts';

/** As many files as can be taken in at a glance. */
const maxFiles = 15;

/** Folders that hold more, and how many: to be lessened, never raised. */
const larger: Readonly<Record<string, number>> = {};

/** How many files stand in each folder itself. */
function sizes(paths: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const path of paths) {
    const folder = posix.dirname(path);
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  return counts;
}

/** The folders that hold too much, and the exceptions that are true no more. */
function unkept(paths: readonly string[], exceptions: Readonly<Record<string, number>>): string[] {
  const counts = sizes(paths);
  const full = [...counts].filter(([folder, count]) => count > maxFiles && exceptions[folder] !== count);
  const stale = Object.entries(exceptions).filter(([folder, count]) => counts.get(folder) !== count);
  return [
    ...full.map(([folder, count]) => `${folder} holds ${count} files`),
    ...stale.map(([folder, count]) => `${folder} does not hold ${count} files`),
  ];
}

test('no folder of src holds more files than fifteen, but for those that are named', () => {
  expect(sources.length).toBeGreaterThan(100);
  expect(
    unkept(
      sources.map(({ path }) => path),
      larger,
    ),
  ).toEqual([]);
});

test('a full folder is seen, and an exception that is not needed any more', () => {
  const files = (count: number) => Array.from({ length: count }, (_, n) => `src/a/${n}.ts`);
  expect(unkept(files(15), {})).toEqual([]);
  expect(unkept([...files(15), 'src/a/b/c.ts', 'src/d.ts'], {})).toEqual([]);
  expect(unkept(files(16), {})).toEqual(['src/a holds 16 files']);
  expect(unkept(files(16), { 'src/a': 16 })).toEqual([]);
  expect(unkept(files(15), { 'src/a': 16 })).toEqual(['src/a does not hold 16 files']);
  expect(unkept(files(17), { 'src/a': 16 })).toHaveLength(2);
});
