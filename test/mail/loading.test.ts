/** The mail library takes a tenth of a second to load: a server that sends mails does it before it serves requests. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startProcess } from '../support/process.ts';
import { temporaryFolder } from '../support/server.ts';

test('the mail library is loaded at the start where a mail server is set up, and nowhere else', async () => {
  const folder = temporaryFolder();
  const [spy, list] = [join(folder, 'spy.cjs'), join(folder, 'loaded')];
  writeFileSync(
    spy,
    `const loaded = [];
    require('node:module').registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) });
    process.on('exit', () => require('node:fs').writeFileSync(${JSON.stringify(list)}, loaded.join('\\n')));`,
  );
  const isLoadedWith = async (environment: Readonly<Record<string, string>>) => {
    const server = await startProcess(
      { NODE_OPTIONS: `--require=${spy}`, ...environment },
      { isSources: true },
    );
    await server.stop();
    return readFileSync(list, 'utf8').includes('mail-composer');
  };
  expect(await isLoadedWith({})).toBe(false);
  const mailing = {
    GATEHOUSE_SMTP_URL: 'smtp://localhost:25',
    GATEHOUSE_PUBLIC_URL: 'https://app.example.com',
    GATEHOUSE_MAIL_FROM: 'login@example.com',
  };
  expect(await isLoadedWith(mailing)).toBe(true);
});
