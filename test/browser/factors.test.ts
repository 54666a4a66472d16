/** People set up second factors on the pages, use, lose and remove them, with real programs (rulings F1 to F6). */

import { randomBytes } from 'node:crypto';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { codesFrom } from '../support/authenticator-app.ts';
import { inAnotherBrowser, type Life, newLife, register } from '../support/browser/account-life.ts';
import { launch, program, shared, where } from '../support/browser/chromium.ts';
import { appLife } from '../support/browser/factors/app-life.ts';
import { enrolWithApp, enrolWithPasskey } from '../support/browser/factors/enrol-life.ts';
import { passkeyLife } from '../support/browser/factors/passkey-life.ts';
import { readBy, readPicture, zbarimg } from '../support/browser/factors/qr-picture.ts';
import { wrongHands } from '../support/browser/factors/wrong-hands.ts';
import { byKeyboard, byPointer, type PersonInput } from '../support/browser/person-input.ts';
import { type Service, startService } from '../support/browser/service.ts';
import { visit } from '../support/browser/visit.ts';
import { isFull } from '../support/length.ts';

/** A browser of another kind, in which the person was never signed in. */
const onWindows = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0';

const noScripts = { javaScriptEnabled: false };

/** The engines; the key is made where the database is a file (ruling F3). */
const engines = [
  { on: 'on SQLite', engine: 'SQLite', environment: {} },
  {
    on: 'on PostgreSQL with two nodes',
    engine: 'PostgreSQL',
    environment: { GATEHOUSE_SECRET_KEY: randomBytes(32).toString('base64') },
  },
] as const;

describe.skipIf(program === undefined)(`${where}, with ${codesFrom} and ${readBy}`, () => {
  const browser = shared(launch);

  const open = ({ origin }: Service, options: BrowserContextOptions) =>
    visit(browser(), origin, options, onTestFinished);

  async function visitor(
    service: Service,
    { options = {}, input = byPointer, language = 'en' as 'en' | 'de' } = {},
  ): Promise<Life> {
    return newLife(service, await open(service, options), input, language);
  }

  describe.each(isFull ? engines : engines.slice(0, 1))('$on', ({ engine, environment }) => {
    const service = shared((atEnd) => startService(atEnd, { engine, environment }));

    const ways: readonly {
      readonly way: string;
      readonly options: BrowserContextOptions;
      readonly input: (page: Page) => PersonInput;
      readonly language: 'en' | 'de';
    }[] = [
      { way: 'without scripts', options: noScripts, input: byPointer, language: 'en' },
      {
        way: 'in German with the keyboard alone',
        options: { locale: 'de-DE' },
        input: byKeyboard,
        language: 'de',
      },
    ];

    test.each(isFull ? ways : ways.slice(0, 1))(
      'F1 to F5: a person sets up an app, trusts a browser, loses the phone and comes back, $way',
      async ({ options, input, language }) => {
        const life = await visitor(service(), { options, input, language });
        const elsewhere = await open(service(), { ...options, userAgent: onWindows });
        await appLife(life, inAnotherBrowser(life, elsewhere, input));
      },
    );

    test('F1, F2, F5: a person adds two passkeys, signs in and confirms with them, and removes them', async () => {
      await passkeyLife(await visitor(service()));
    });

    test.runIf(isFull)('F1, F2: passkeys of others, of devices that verify no one, and of none', async () => {
      const owner = await visitor(service());
      await wrongHands(owner, newLife(service(), owner.visit, byPointer));
    });
  });

  describe.runIf(isFull).each(engines)(
    '$on, where a second factor is required',
    ({ engine, environment }) => {
      const required = { ...environment, GATEHOUSE_SECOND_FACTOR: 'required' };
      const service = shared((atEnd) => startService(atEnd, { engine, environment: required }));

      test('F6: a person registers and gets in with an app, without scripts', async () => {
        await enrolWithApp(await visitor(service(), { options: noScripts }));
      });

      test('F6: a person registers and gets in with a passkey', async () => {
        await enrolWithPasskey(await visitor(service()));
      });
    },
  );

  describe.runIf(isFull && zbarimg !== undefined)('on screens of all kinds', () => {
    const service = shared((atEnd) => startService(atEnd));

    test.each([1, 3])(
      'zbarimg finds the code on the page as it opens, light and dark, wide and narrow, at %d pixels for one',
      async (deviceScaleFactor) => {
        const life = await visitor(service(), { options: { deviceScaleFactor } });
        const { page } = life.visit;
        await register(life);
        await life.service.mail.taken(1);
        await life.input.press('button', life.texts.factors.authenticator.setUp);
        const written = ((await page.locator('.secret').textContent()) ?? '').replaceAll(' ', '');
        for (const colorScheme of ['light', 'dark'] as const)
          for (const viewport of [
            { width: 1_280, height: 620 },
            { width: 320, height: 640 },
          ]) {
            await page.emulateMedia({ colorScheme });
            await page.setViewportSize(viewport);
            await page.reload();
            expect(await readPicture(page)).toContain(`secret=${written}&`);
          }
      },
    );
  });
});
