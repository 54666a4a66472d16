/** No import leads back to where it began: a file can be read once those below it were. */

import { expect, test } from 'vitest';
import { circles, type Source } from '../support/house.ts';
import { programs } from '../support/repository.ts';

const importing = (path: string, specifier: string): Source => ({
  path,
  text: `import { a } from '${specifier}';`,
});

test('there is no circle of imports, in the tests and the measurements neither', () => {
  expect(programs.some(({ path }) => path.startsWith('bench/'))).toBe(true);
  expect(circles(programs)).toEqual([]);
});

test('a circle of imports is seen, however long it is', () => {
  const ring = [
    importing('src/a.ts', './b.ts'),
    importing('src/b.ts', './deep/c.ts'),
    { path: 'src/deep/c.ts', text: "import type { A } from '../a.ts';" },
    importing('src/d.ts', './a.ts'),
  ];
  expect(circles(ring)).toEqual(['src/a.ts > src/b.ts > src/deep/c.ts > src/a.ts']);
  expect(circles([importing('src/a.ts', './a.ts')])).toEqual(['src/a.ts > src/a.ts']);
  expect(circles(ring.slice(1))).toEqual([]);
});
