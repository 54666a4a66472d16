/** People lead the whole life of an account on the pages: with and without scripts, by keyboard, in two languages. */

import type { BrowserContextOptions } from 'playwright-core';
import { describe, onTestFinished, test } from 'vitest';
import { inAnotherBrowser, newLife, wholeLife } from '../support/browser/account-life.ts';
import { launch, program, shared, where } from '../support/browser/chromium.ts';
import { byKeyboard, byPointer } from '../support/browser/person-input.ts';
import { type Service, startService } from '../support/browser/service.ts';
import { visit } from '../support/browser/visit.ts';
import { isFull } from '../support/length.ts';

/** A browser of another kind, for the list of sessions. */
const onWindows = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0';

const noScripts = { javaScriptEnabled: false };

const ways = [
  { way: 'with scripts', options: {}, input: byPointer, language: 'en' },
  { way: 'with the keyboard alone', options: {}, input: byKeyboard, language: 'en' },
  {
    way: 'in German without scripts',
    options: { locale: 'de-AT', ...noScripts },
    input: byPointer,
    language: 'de',
  },
  {
    way: 'with the keyboard alone and without scripts',
    options: noScripts,
    input: byKeyboard,
    language: 'en',
  },
] as const;

describe.skipIf(program === undefined)(where, () => {
  const browser = shared(launch);

  async function live(service: Service, { options, input, language }: (typeof ways)[number]) {
    const open = (more: BrowserContextOptions) =>
      visit(browser(), service.origin, { ...options, ...more }, onTestFinished);
    const life = newLife(service, await open({}), input, language);
    await wholeLife(life, inAnotherBrowser(life, await open({ userAgent: onWindows }), input));
  }

  describe('on SQLite', () => {
    const service = shared((atEnd) => startService(atEnd));
    test.each(isFull ? ways : ways.slice(0, 1))('a person lives $way', (way) => live(service(), way));
  });

  describe('on PostgreSQL with two nodes', () => {
    const service = shared((atEnd) => startService(atEnd, { engine: 'PostgreSQL' }));
    test.each(isFull ? ways.slice(-2) : ways.slice(-1))('a person lives $way', (way) => live(service(), way));
  });
});
