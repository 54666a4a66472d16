/** Options of the library that are settings as well: `pages`. */

import { expect, test } from 'vitest';
import { gatehouse } from '../../src/adapters/express.ts';
import { createGatehouse } from '../../src/gatehouse.ts';
import { type GatehouseOptions, settingsOf } from '../../src/library/options.ts';
import { readSettings } from '../../src/settings/read-settings.ts';
import { checkSettings } from '../../src/settings/validate-settings.ts';
import { embedded } from '../support/embedded.ts';

const pagesOf = (given: GatehouseOptions) => checkSettings(settingsOf(given)).pages;

test('the option `pages` is the setting of that name; without both the pages are off', () => {
  expect(pagesOf({})).toBeNull();
  expect(pagesOf({ pages: true })).toBe(true);
  expect(pagesOf({ pages: false })).toBe(false);
  expect(pagesOf({ pages: true, settings: { port: 4_000 } })).toBe(true);
  expect(pagesOf({ settings: { pages: true } })).toBe(true);
});

test('an environment that does not set it leaves it to the option', () => {
  expect(pagesOf({ pages: true, settings: readSettings({}) })).toBe(true);
  expect(pagesOf({ pages: true, settings: readSettings({ GATEHOUSE_PAGES: 'on' }) })).toBe(true);
  expect(pagesOf({ settings: readSettings({ GATEHOUSE_PAGES: 'on' }) })).toBe(true);
});

test.each<[string, object, string[]]>([
  [
    'true beside a setting that is off',
    { pages: true, settings: readSettings({ GATEHOUSE_PAGES: 'off' }) },
    ['pages is true, but false in `settings` (GATEHOUSE_PAGES): give one of them.'],
  ],
  [
    'false beside a setting that is on',
    { pages: false, settings: { pages: true } },
    ['pages is false, but true in `settings` (GATEHOUSE_PAGES): give one of them.'],
  ],
  ['a word', { pages: 'on' }, ['pages must be `true` or `false`.']],
  ['null', { pages: null }, ['pages must be `true` or `false`.']],
  ['a number', { pages: 1 }, ['pages must be `true` or `false`.']],
  [
    'a word in the settings',
    { pages: true, settings: { pages: 'on' } },
    ['pages is "on"; expected `true` or `false`, or `null`.'],
  ],
  [
    'settings that are none',
    { pages: true, settings: null },
    ['settings must be an object of options and values.'],
  ],
  [
    'settings that are a list',
    { pages: true, settings: [] },
    ['settings must be an object of options and values.'],
  ],
])('pages: %s is refused with a sentence, and nothing is opened', async (_what, given, problems) => {
  const refused = await createGatehouse(given as never).catch((error: unknown) => error);
  expect(refused).toMatchObject({ name: 'UnusableSettings', problems });
});

test('undefined is no value, and the same value twice is no problem', async () => {
  expect((await embedded({}, { pages: undefined } as never)).warnings).toEqual([]);
  expect((await embedded({ GATEHOUSE_PAGES: 'off' }, { pages: false })).warnings).toEqual([]);
});

test('a mount takes the option, and refuses one that contradicts the settings', async () => {
  const contradicting = gatehouse({ pages: true, settings: { pages: false } });
  await expect(contradicting.ready).rejects.toThrow('pages is true, but false in `settings`');
  const wrong = gatehouse({ pages: 'on' } as never);
  await expect(wrong.ready).rejects.toThrow('pages must be `true` or `false`.');
});
