/** The documentation names the package of this repository, and none of others with a similar name. */

import { expect, test } from 'vitest';
import { everything } from '../support/repository.ts';

const other = /\b(?:npx|npm (?:i|install|exec)|from|require\()[ '"]+gatehouse(?!-auth)\b/;

test('no page tells readers to install, run or import a package of others', () => {
  const pages = everything.filter(({ path }) => path.endsWith('.md'));
  expect(pages.map(({ path }) => path)).toContain('README.md');
  expect(pages.filter(({ text }) => other.test(text)).map(({ path }) => path)).toEqual([]);
  for (const wrong of [
    "import { a } from 'gatehouse';",
    'npx gatehouse',
    'npm install gatehouse',
    "require('gatehouse')",
  ])
    expect(other.test(wrong), wrong).toBe(true);
  for (const right of ["import { a } from 'gatehouse-auth';", 'npm install gatehouse-auth', 'run gatehouse'])
    expect(other.test(right), right).toBe(false);
});
