/** What a proxy passes on for pages: the addition in docs/recipes.md has exactly their paths. */

import { expect, test } from 'vitest';
import { blocks } from '../support/docs.ts';
import { embedded } from '../support/embedded.ts';

const page = 'docs/recipes.md';

/** The expression of nginx with the addition for pages. */
function expressionWithPages(): RegExp {
  const [, expression = ''] =
    blocks(page, 'nginx')
      .join('')
      .match(/location ~ (\S+)\)\$ \{/) ?? [];
  const [addition = ''] = blocks(page, 'text').filter((text) => text.startsWith('|/(sign-in'));
  expect([expression, addition]).not.toContain('');
  return new RegExp(`${expression}${addition.trim()})$`);
}

test('beside an application, the addition for pages passes on every path of theirs, and no other', async () => {
  const withPages = expressionWithPages();
  const pathsOf = async (pages: string) => (await embedded({ GATEHOUSE_PAGES: pages })).paths;
  const paths = (await pathsOf('on')).map((path) => path.replace(':handle', 'abc'));
  expect(paths.length).toBeGreaterThan((await pathsOf('off')).length + 15);
  expect(paths.filter((path) => !withPages.test(path))).toEqual([]);
  const others = [
    '/',
    '/auth/vault-key',
    '/accounts',
    '/account/',
    '/account/other',
    '/pages/',
    '/sign-in/a',
  ];
  expect(others.filter((path) => withPages.test(path))).toEqual([]);
});
