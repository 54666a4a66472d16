/** Makes the pictures of the pages in `docs/images`, from a server of its own: `npm run screenshots`. */

import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { TOTP } from 'otpauth';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { createGatehouse } from '../src/gatehouse.ts';
import { ClientErrors } from '../src/server/client-errors.ts';
import { listen } from '../src/server/listen.ts';
import { readSettings } from '../src/settings/read-settings.ts';

const images = join(dirname(fileURLToPath(import.meta.url)), '../docs/images');

/** A picture that is larger makes the README slow, in bytes. */
const maxBytes = 80_000;

const password = 'a sentence of a few words';
const email = 'ada@example.com';

/** The devices that Ada uses, the oldest first: how long before the picture each signed in, and from where. */
const devices = [
  {
    hoursAgo: 100,
    network: '198.51.100.7',
    agent:
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1',
  },
  {
    hoursAgo: 27,
    network: '203.0.113.20',
    agent: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0',
  },
] as const;

const ownNetwork = '203.0.113.20';

/** The instant of the pictures, so that the same pages give the same pictures. */
const picturedAt = Date.UTC(2026, 4, 12, 9, 41);

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-screenshots-'));
try {
  await makePictures();
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

async function makePictures(): Promise<void> {
  let startedAt = picturedAt;
  const settings = readSettings({
    HOST: '127.0.0.1',
    PORT: '0',
    DATABASE_URL: `file:${join(folder, 'gatehouse.db')}`,
    GATEHOUSE_PAGES: 'on',
    GATEHOUSE_MAIL_OUTBOX: join(folder, 'outbox'),
    GATEHOUSE_TRUSTED_PROXIES: '127.0.0.1',
  });
  const gatehouse = await createGatehouse({
    settings,
    clock: () => startedAt + Math.floor(performance.now()),
  });
  const server = await listen(gatehouse.listener, settings, new ClientErrors('off'));
  const browser = await launch();
  try {
    for (const { hoursAgo, network, agent } of devices) {
      startedAt = picturedAt - hoursAgo * 3_600_000;
      const session = await enter(server.url, network, agent);
      if (hoursAgo === devices[0].hoursAgo) await confirmAddress(server.url, session);
    }
    startedAt = picturedAt;
    await signInPicture(browser, server.url);
    await accountPicture(browser, server.url);
    await registerPicture(browser, server.url);
  } finally {
    await browser.close();
    await server.drain();
    await gatehouse.close();
  }
}

function launch(): Promise<Browser> {
  const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
  const env = { PATH: process.env['PATH'] ?? '', HOME: folder };
  return chromium.launch({ executablePath, env, args: ['--disable-gpu', '--no-proxy-server'] });
}

/** Signs in on a device; the first one registers. */
async function enter(url: string, network: string, agent: string): Promise<string> {
  const headers = {
    'content-type': 'application/json',
    'user-agent': agent,
    'x-forwarded-for': network,
  };
  const body = JSON.stringify({ email, password });
  for (const path of ['/auth/register', '/auth/login']) {
    const answer = await fetch(`${url}${path}`, { method: 'POST', headers, body });
    if (answer.ok) return ((await answer.json()) as { session_id: string }).session_id;
    if (answer.status !== 409) throw new Error(`${path} was answered ${answer.status}.`);
  }
  throw new Error('The account is there and is not.');
}

/** Asks for the mail that confirms the address, and sends its code as the page does. */
async function confirmAddress(url: string, session: string): Promise<void> {
  await fetch(`${url}/auth/email/verify/request`, { method: 'POST', headers: { 'x-session-id': session } });
  // Quoted-printable, where the mail is (RFC 2045, section 6.7).
  const mail = (await firstMail()).replace(/=\r?\n/g, '').replaceAll('=3D', '=');
  const [, code = ''] = /#token=([a-z0-9]+)/.exec(mail) ?? [];
  const { status } = await fetch(`${url}/verify-email`, {
    method: 'POST',
    headers: { origin: url },
    body: new URLSearchParams({ code }),
    redirect: 'manual',
  });
  if (status !== 303) throw new Error(`/verify-email was answered ${status}.`);
}

/** Mails are sent after the answer. */
async function firstMail(): Promise<string> {
  const outbox = join(folder, 'outbox');
  for (let tries = 0; tries < 100; tries += 1) {
    const files = existsSync(outbox) ? readdirSync(outbox) : [];
    const file = files.find((name) => name.endsWith('.eml'));
    if (file !== undefined) return readFileSync(join(outbox, file), 'utf8');
    await sleep(50);
  }
  throw new Error('No mail was written.');
}

async function signInPicture(browser: Browser, url: string): Promise<void> {
  const page = await open(browser, `${url}/sign-in`, { viewport: { width: 720, height: 600 } });
  await page.locator('[name="identifier"]').fill(email);
  await page.locator('[name="password"]').focus();
  await take(page, 'sign-in');
}

async function accountPicture(browser: Browser, url: string): Promise<void> {
  // As high as the heading and the first part of the section of second factors need.
  const page = await open(browser, `${url}/sign-in`, { viewport: { width: 860, height: 834 } });
  await page.locator('[name="identifier"]').fill(email);
  await page.locator('[name="password"]').fill(password);
  await page.locator('[name="password"]').press('Enter');
  await page.waitForURL('**/account');
  await setUpApp(page);
  await page.goto(`${url}/account`);
  await take(page, 'account');
}

/** Sets up an authenticator app, as its owner does: the section of second factors shows one. */
async function setUpApp(page: Page): Promise<void> {
  await page.locator('#factors form button').first().click();
  const secret = await page.locator('code.secret').innerText();
  const timestamp = picturedAt + performance.now();
  await page
    .locator('[name="code"]')
    .fill(new TOTP({ secret: secret.replaceAll(' ', '') }).generate({ timestamp }));
  await page.locator('button.main').click();
  await page.locator('.codes').waitFor();
}

async function registerPicture(browser: Browser, url: string): Promise<void> {
  const page = await open(browser, `${url}/register`, {
    viewport: { width: 360, height: 640 },
    colorScheme: 'dark',
    locale: 'de-DE',
  });
  await page.locator('[name="identifier"]').fill(email);
  await take(page, 'register-dark');
}

async function open(browser: Browser, address: string, options: BrowserContextOptions): Promise<Page> {
  const headers = { 'x-forwarded-for': ownNetwork };
  const context = await browser.newContext({ ...options, extraHTTPHeaders: headers });
  const page = await context.newPage();
  await page.goto(address);
  return page;
}

async function take(page: Page, name: string): Promise<void> {
  mkdirSync(images, { recursive: true });
  const path = join(images, `${name}.png`);
  await page.screenshot({ path, animations: 'disabled', caret: 'initial' });
  const { size } = statSync(path);
  if (size > maxBytes) throw new Error(`${name}.png has ${size} bytes; ${maxBytes} are the most.`);
  console.log(`docs/images/${name}.png: ${size} bytes`);
}
