/** The client in pages: same origin and another one, across tabs, and below a React hook. */

import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { type AtEnd, launch, newPage, program, shared, where } from '../support/browser/chromium.ts';
import { startBehind } from '../support/browser/gatehouse.ts';
import { type Site, startSite } from '../support/browser/site.ts';
import { bundleClient } from '../support/client-bundle.ts';
import { blocks } from '../support/docs.ts';
import { root } from '../support/process.ts';
import { temporaryFolder } from '../support/server.ts';

async function start(atEnd: AtEnd) {
  const [own, api] = [
    await startSite({ scheme: 'https', atEnd }),
    await startSite({ scheme: 'https', atEnd }),
  ];
  await startBehind([own, api], { GATEHOUSE_ALLOWED_ORIGINS: own.at('app.example.com') }, atEnd);
  return { own, api, code: (await bundleClient(undefined, 'iife')).code, browser: await launch(atEnd) };
}

const newEmail = () => `${randomUUID()}@example.com`;
const password = 'strongpassword';

describe.skipIf(program === undefined)(where, () => {
  const ground = shared(start);

  /** A page with `client` and `heard`, the number of sign-outs its listener heard of. */
  async function open(page: Page, site: Site, host: string, baseUrl = '/'): Promise<Page> {
    await page.goto(`${site.at(host)}/app/blank.html`);
    await page.addScriptTag({ content: ground().code });
    const options = JSON.stringify({ baseUrl });
    const script = `client = gatehouse.createClient(${options}); heard = 0; client.onSignedOut(() => { heard += 1; }); 0`;
    await page.evaluate(script);
    return page;
  }

  const call = (page: Page, expression: string) => page.evaluate(`client.${expression}`);
  const person = () => JSON.stringify({ email: newEmail(), password });

  test.each(['the same origin', 'another origin'])(
    'a page of %s registers, checks and logs out',
    async (kind) => {
      const { own, api, browser } = ground();
      const baseUrl = kind === 'the same origin' ? '/' : api.at('auth.example.com');
      const page = await open(await newPage(browser), own, 'app.example.com', baseUrl);
      await call(page, `rest.register(${person()})`);
      expect(await call(page, 'session()')).toMatchObject({ status: 'live' });
      await call(page, 'rest.logout()');
      expect(await call(page, 'session()')).toEqual({ status: 'none' });
      await expect.poll(() => page.evaluate('heard')).toBe(1);
    },
  );

  test('a page of an origin that is not allowed has no answer, and is told the setting', async () => {
    const { own, api, browser } = ground();
    const page = await open(await newPage(browser), own, 'other.example.com', api.at('auth.example.com'));
    const refused = await call(page, `rest.login(${person()}).catch((error) => error.name + error.message)`);
    expect(refused).toMatch(/^GatehouseUnreachable.*GATEHOUSE_ALLOWED_ORIGINS/);
  });

  test('a logout in one tab is heard in the other, which keeps a session that began anew', async () => {
    const { own, browser } = ground();
    const one = await open(await newPage(browser), own, 'app.example.com');
    const two = await open(await one.context().newPage(), own, 'app.example.com');
    const account = person();
    await call(one, `rest.register(${account})`);
    expect(await call(two, 'session()')).toMatchObject({ status: 'live' });
    await call(one, 'rest.logout()');
    await expect.poll(() => two.evaluate('heard')).toBe(1);
    await call(two, `rest.login(${account})`);
    // A message that is not true: the session is alive.
    const name = JSON.stringify(`gatehouse ${own.at('app.example.com')}`);
    const checks = own.seen.length;
    await one.evaluate(`new BroadcastChannel(${name}).postMessage('')`);
    await expect.poll(() => own.seen.length).toBeGreaterThan(checks);
    expect(await call(two, 'session()')).toMatchObject({ status: 'live' });
    expect(await two.evaluate('heard')).toBe(1);
  });

  test('the React hook of the documentation shows who is signed in, and the end of the session', async () => {
    const { own, browser } = ground();
    const [hook = ''] = blocks('docs/client.md', 'jsx');
    const lines = hook.slice(hook.indexOf('export function')).trim().split('\n');
    expect(lines.length).toBeLessThanOrEqual(10);
    const entry = join(temporaryFolder(), 'page.jsx');
    const modules = join(root, 'test/toolchain/node_modules');
    const written = hook.replace("'react'", `'${modules}/react/index.js'`);
    writeFileSync(
      entry,
      `import { createElement } from '${modules}/react/index.js';
       import { createRoot } from '${modules}/react-dom/client.js';
       ${written}
       const Page = () => createElement('output', {}, useSession(window.client).status);
       export const show = () => createRoot(document.body).render(createElement(Page));`,
    );
    const page = await open(await newPage(browser), own, 'app.example.com');
    await call(page, `rest.register(${person()})`);
    const { code } = await bundleClient(entry, 'iife');
    await page.addScriptTag({ content: `process = { env: { NODE_ENV: 'production' } }; ${code}` });
    await page.evaluate('gatehouse.show()');
    await page.getByText('live').waitFor();
    await call(page, 'rest.logout()');
    await page.getByText('none').waitFor();
  });
});
