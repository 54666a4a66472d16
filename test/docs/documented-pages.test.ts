/** What the documentation says of pages is compared with the code: their paths, settings, limits and colours. */

import { expect, test } from 'vitest';
import { maxTargetCharacters } from '../../src/http/forward/return-targets.ts';
import { maxBodyBytes } from '../../src/http/request/body.ts';
import { languageNames } from '../../src/messages/language-choice.ts';
import { shownAtFirst } from '../../src/pages/account/account-page.ts';
import { maxLogoBytes, maxStyleBytes } from '../../src/pages/parts/brand.ts';
import { styleWith } from '../../src/pages/parts/style.ts';
import { table } from '../../src/settings/option-table.ts';
import { blocks, part, rows } from '../support/docs.ts';
import { embedded } from '../support/embedded.ts';

const page = 'docs/pages.md';

/** What stands in backticks in the first column of the tables of a part. */
const named = (heading: string) =>
  rows(part(page, heading)).flatMap(([first = '']) =>
    [...first.matchAll(/`([^`]+)`/g)].map(([, text]) => String(text)),
  );

const pathsOf = async (pages: string) => (await embedded({ GATEHOUSE_PAGES: pages })).paths;

/** The expression of nginx in the recipes, with the addition for pages. */
function expressionWithPages(): RegExp {
  const recipes = 'docs/recipes.md';
  const [, expression = ''] = /location ~ (\S+)\)\$ \{/.exec(blocks(recipes, 'nginx').join('')) ?? [];
  const [addition = ''] = blocks(recipes, 'text').filter((text) => text.startsWith('|/(sign-in'));
  expect([expression, addition]).not.toContain('');
  return new RegExp(`${expression}${addition.trim()})$`);
}

test('beside an application, the addition for pages passes on every path of theirs, and no other', async () => {
  const withPages = expressionWithPages();
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

test('every page is described, but for those below another, and no other', async () => {
  const others = await pathsOf('off');
  const served = (await pathsOf('on')).filter((path) => !others.includes(path));
  const single = served.filter((path) => !/^\/[^/]+\//.test(path));
  expect(named('## What each page does').toSorted()).toEqual(single.toSorted());
});

test('every setting of the pages is described', () => {
  const settings = Object.values(table).map(({ env }) => env);
  const own = settings.filter((env) => /^GATEHOUSE_(?:PAGES_|LANGUAGE$)/.test(env));
  expect(named('## Your name, your colours').filter((name) => name.startsWith('GATEHOUSE_'))).toEqual(own);
});

test('the variables that are promised are those of the stylesheet', () => {
  const variables = [...styleWith('#2451c4').matchAll(/^ +(--[\w-]+):/gm)].map(([, name]) => String(name));
  const promised = named('## Your name, your colours').filter((name) => name.startsWith('--'));
  expect(promised.toSorted()).toEqual([...new Set(variables)].toSorted());
});

test('the limits are the constants of the code, and the languages those of the catalogue', () => {
  const kibibytes = (bytes: number) => `${bytes / 1_024} KiB`;
  const stated = Object.fromEntries(rows(part(page, '## Limits')).map(([name, value]) => [name, value]));
  expect(stated).toMatchObject({
    'a form': kibibytes(maxBodyBytes),
    '`return_to`': `${maxTargetCharacters.toLocaleString('en')} characters`,
    'logo, stylesheet of your own': `${kibibytes(maxLogoBytes)}, ${kibibytes(maxStyleBytes)}`,
    'sessions and entries on the account page': `${shownAtFirst} of each`,
  });
  const inWords = new Intl.DisplayNames('en', { type: 'language' });
  for (const name of languageNames) expect(part(page, '## Languages')).toContain(String(inWords.of(name)));
});
