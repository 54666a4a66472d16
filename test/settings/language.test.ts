/** The settings of pages and of the language: their words, and where links lead with them. */

import { expect, test } from 'vitest';
import { languageNames } from '../../src/messages/language-choice.ts';
import { linkBase } from '../../src/settings/outbound-addresses.ts';
import { readSettings } from '../../src/settings/read-settings.ts';
import { standalone } from '../../src/settings/settings.ts';
import { problems } from '../support/settings.ts';

test('GATEHOUSE_LANGUAGE is a language of the catalogue, and English by default', () => {
  for (const name of languageNames) expect(readSettings({ GATEHOUSE_LANGUAGE: name }).language).toBe(name);
  expect(readSettings({}).language).toBe('en');
  for (const text of ['EN', 'de-AT', 'fr', 'german', '*', 'toString', '__proto__'])
    expect(problems({ GATEHOUSE_LANGUAGE: text })).toEqual([
      `GATEHOUSE_LANGUAGE is ${JSON.stringify(text)}; expected \`en\` or \`de\`.`,
    ]);
});

test('GATEHOUSE_PAGES is on or off; unset it is on only if Gatehouse runs by itself', () => {
  const both = (text: string) => {
    const settings = readSettings({ GATEHOUSE_PAGES: text });
    return [settings.pages, standalone(settings).pages];
  };
  expect(both('on')).toEqual([true, true]);
  expect(both('off')).toEqual([false, false]);
  expect(both('')).toEqual([null, true]);
  for (const text of ['true', 'ON', '1', 'toString'])
    expect(problems({ GATEHOUSE_PAGES: text })).toHaveLength(1);
});

test.each([
  [
    'the path is appended to the address of the application',
    'https://x.example/app',
    '/id',
    'https://x.example/app/id',
  ],
  ['also to a host alone', 'https://x.example', '/id', 'https://x.example/id'],
  ['not if the address ends in it', 'https://x.example/app/id/', '/id', 'https://x.example/app/id'],
  ['a segment that ends alike is another one', 'https://x.example/myid', '/id', 'https://x.example/myid/id'],
  ['a host of that name is no path', 'https://id', '/id', 'https://id/id'],
  ['without a base path nothing is appended', 'https://x.example/app', '', 'https://x.example/app'],
  ['without an address they lead to this machine', '', '/id', 'http://127.0.0.1:3000/id'],
])('with pages, links lead below the base path: %s', (_case, url, basePath, base) => {
  const settings = (pages: string) =>
    readSettings({ GATEHOUSE_PUBLIC_URL: url, GATEHOUSE_BASE_PATH: basePath, GATEHOUSE_PAGES: pages });
  expect(linkBase(settings('on'))).toBe(base);
  expect(linkBase(standalone(settings('')))).toBe(base);
  // The pages of the application are not below the base path of Gatehouse.
  const without = url === '' ? 'http://127.0.0.1:3000' : url.replace(/\/$/, '');
  expect(linkBase(settings('off'))).toBe(without);
  expect(linkBase(settings(''))).toBe(without);
});
