/** The catalogue: what a language lacks is named, and clients get the language they ask for. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chooseLanguage, languageNames } from '../../src/messages/language-choice.ts';
import { languages, messagesIn } from '../../src/messages/messages.ts';
import { flawsOf } from '../support/translations.ts';

/** Texts that are the same in another language, by language: the paths of their keys. */
const sameAsEnglish: Readonly<Record<string, readonly string[]>> = { de: [] };

test.each(languageNames)('%s has every text of English, with the same values in it', (name) => {
  const { language, ...texts } = languages[name];
  expect(language).toBe(name);
  expect(Intl.getCanonicalLocales(name)).toEqual([name]);
  const { language: _, ...english } = languages.en;
  expect(flawsOf(texts, name === 'en' ? undefined : english, sameAsEnglish[name] ?? [])).toEqual([]);
});

describe('the test says what a language lacks', () => {
  const english = {
    title: 'Sessions',
    list: { ended: ({ count, name }: { count: number; name: string }) => [`${count} of ${name}`, 'end'] },
  };
  const ended = english.list.ended;
  const german = ({ count, name }: { count: number; name: string }) => [`${count} bei ${name}`, 'Ende'];
  test.each<[flaw: string, texts: object, said: string[]]>([
    ['nothing', { title: 'Sitzungen', list: { ended: german } }, []],
    ['a text', { list: { ended: german } }, ['title is missing']],
    ['a group of texts', { title: 'Sitzungen' }, ['list is missing']],
    [
      'no text, but has one more',
      { title: 'Sitzungen', list: { ended: german }, x: 'x' },
      ['x is not in English'],
    ],
    ['words', { title: ' ', list: { ended: german } }, ['title is empty']],
    ['words of a function', { title: 'Sitzungen', list: { ended: () => [] } }, ['list.ended is empty']],
    ['a translation', { title: 'Sessions', list: { ended: german } }, ['title is the same as in English']],
    [
      'a translation of a function',
      { title: 'Sitzungen', list: { ended } },
      ['list.ended is the same as in English'],
    ],
    [
      'a value',
      { title: 'Sitzungen', list: { ended: ({ count }: { count: number }) => [`${count} Enden`] } },
      ['list.ended has the values ‹count›; English has ‹count› ‹name›'],
    ],
    [
      'a function',
      { title: 'Sitzungen', list: { ended: 'Ende' } },
      ['list.ended is a string; English has a function'],
    ],
    [
      'a string',
      { title: () => 'Sitzungen', list: { ended: german } },
      ['title is a function; English has a string'],
    ],
    ['lines of one', { title: 'Sitz\nungen', list: { ended: german } }, ['title has more than one line']],
  ])('%s', (_flaw, texts, said) => {
    expect(flawsOf(texts, english, [])).toEqual(said);
  });

  test('a text that may be the same is listed, and no text is listed in vain', () => {
    expect(flawsOf({ title: 'Sessions', list: { ended: german } }, english, ['title'])).toEqual([]);
    expect(flawsOf({ title: 'Sitzungen', list: { ended: german } }, english, ['title'])).toEqual([
      'title is listed as the same, and is not',
    ]);
  });
});

test.each([
  ['nothing', null, 'en', 'en'],
  ['nothing', null, 'de', 'de'],
  ['an empty header', '', 'de', 'de'],
  ['German', 'de', 'en', 'de'],
  ['German of Austria', 'de-AT', 'en', 'de'],
  ['German of Austria, as a browser sends it', 'de-AT,de;q=0.9,en;q=0.8', 'en', 'de'],
  ['German in capitals', 'DE-at', 'en', 'de'],
  ['English first', 'en-US,en;q=0.9,de;q=0.8', 'de', 'en'],
  ['English last, with less weight', 'de;q=0.5, en;q=0.4', 'en', 'de'],
  ['German last, with more weight', 'en;q=0.4, de;q=0.5', 'en', 'de'],
  ['English of Britain first, without weights', 'en-GB,de', 'en', 'en'],
  ['German of Austria first, without weights', 'de-AT, en', 'en', 'de'],
  ['German after an unknown language', 'fr-CH, fr;q=0.9, de;q=0.7', 'en', 'de'],
  ['an unknown language', 'fr', 'de', 'de'],
  ['a language that only begins alike', 'den, deu', 'en', 'en'],
  ['any language', '*', 'en', 'en'],
  ['any language', '*', 'de', 'de'],
  ['an unknown language, or any', 'fr, *;q=0.5', 'de', 'de'],
  ['any but German', 'de;q=0, *', 'de', 'en'],
  ['no German', 'de;q=0', 'en', 'en'],
  ['malformed weights', 'de;q=x, en;q=', 'en', 'en'],
  ['garbage', ';;,=,-,\u0000"', 'de', 'de'],
  ['names of objects', 'toString, __proto__', 'en', 'en'],
  ['German after 195 characters', `${'fr-FR,'.repeat(32)}fr,de`, 'en', 'de'],
  ['German at the bound of 200', `${'fr-FR,'.repeat(33)}de`, 'en', 'de'],
  ['German beyond the bound', `${'fr-FR,'.repeat(33)} de`, 'en', 'en'],
  ['a language that the bound cuts to German', `${'fr-FR,'.repeat(33)}den`, 'en', 'en'],
  ['one item beyond the bound', 'de'.repeat(200), 'en', 'en'],
] as const)(
  'a client that asks for %s is answered: %s, %s by default, %s',
  (_what, header, fallback, chosen) => {
    expect(chooseLanguage(header, fallback)).toBe(chosen);
  },
);

test('whatever a client asks for, the answer is a language, and quick', () => {
  const item = fc.oneof(fc.string(), fc.constantFrom('de', 'en', '*', ';q=', ',', '-', '0.5'));
  fc.assert(
    fc.property(fc.array(item, { maxLength: 60 }), (items) => {
      expect(languageNames).toContain(chooseLanguage(items.join(''), 'de'));
    }),
  );
  expect(chooseLanguage('de-'.repeat(1_000_000), 'en')).toBe('en');
});

test('a language that is unknown or not given is that of the server', () => {
  expect(messagesIn('de', 'en').language).toBe('de');
  for (const name of [undefined, '', 'fr', 'de-AT', 'toString', '__proto__'])
    expect(messagesIn(name, 'de').language).toBe('de');
});
