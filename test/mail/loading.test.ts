/** The mail library takes a tenth of a second to load: a server that sends mails does it before it serves requests. */

import { registerHooks } from 'node:module';
import { expect, test } from 'vitest';
import { startServer } from '../support/server.ts';

const loaded: string[] = [];
registerHooks({
  load(url, context, next) {
    loaded.push(url);
    return next(url, context);
  },
});

const isLoaded = () => loaded.some((url) => url.includes('mail-composer'));

test('the mail library is loaded at the start where a mail server is set up, and nowhere else', async () => {
  await startServer();
  expect(isLoaded()).toBe(false);
  await startServer({
    GATEHOUSE_SMTP_URL: 'smtp://localhost:25',
    GATEHOUSE_PUBLIC_URL: 'https://app.example.com',
    GATEHOUSE_MAIL_FROM: 'login@example.com',
  });
  expect(isLoaded()).toBe(true);
});
