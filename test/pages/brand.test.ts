/** How the pages look by the settings: the name, the logo, the accent and a stylesheet; and how much they weigh. */

import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createGatehouse } from '../../src/gatehouse.ts';
import { maxLogoBytes, maxStyleBytes } from '../../src/pages/parts/brand.ts';
import { accentOn } from '../../src/pages/parts/contrast.ts';
import { styleWith } from '../../src/pages/parts/style.ts';
import { readSettings, UnusableSettings } from '../../src/settings/read-settings.ts';
import { sendExactly } from '../support/client.ts';
import { query, rowsOf } from '../support/database.ts';
import { addEntries, addSessions, storeOf } from '../support/large.ts';
import { Browser, below, expectHeaders, newcomer, pagesOn } from '../support/pages.ts';
import { startServer, temporaryFolder } from '../support/server.ts';

const png = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');

/** The answer to a file that a page loads. */
async function fileOf(url: string, path: string | undefined) {
  const answer = await sendExactly(url, { path: `/${path}` });
  expectHeaders(answer);
  return answer;
}

const logoIn = (text: string) => /<img src="([^"]*)"/.exec(text)?.[1];
const stylesIn = (text: string) =>
  [...text.matchAll(/<link rel="stylesheet" href="([^"]*)">/g)].map(([, path]) => path);

test('the name stands in the title and at the top of every page, as text', async () => {
  const name = `Ann & "Bob's" <shop> \u{1f6d2}`;
  const server = await startServer({ ...pagesOn, GATEHOUSE_PAGES_NAME: name });
  for (const path of ['/sign-in', '/register', '/forgot-password', '/account/nothing']) {
    const { text, words } = await new Browser(server).open(path);
    expect(text).toContain('Ann &amp; &quot;Bob&#39;s&quot; &lt;shop&gt; \u{1f6d2}</title>');
    expect(words).toContain(name);
  }
});

test.each([
  ['.svg', 'image/svg+xml', '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'],
  ['.png', 'image/png', png],
  ['.jpg', 'image/jpeg', png],
  ['.JPEG', 'image/jpeg', png],
  ['.webp', 'image/webp', png],
])('a logo in a %s file is served as %s, and may run nothing', async (ending, type, content) => {
  const file = join(temporaryFolder(), `logo${ending}`);
  writeFileSync(file, content);
  const server = await startServer({ ...pagesOn, GATEHOUSE_PAGES_LOGO: file });
  const { text } = await new Browser(server).open('/sign-in');
  const path = logoIn(text);
  expect(path).toMatch(new RegExp(`^pages/logo-[\\w-]{12}\\${ending.toLowerCase()}$`));
  expect(text).toContain(`<link rel="icon" href="${path}">`);
  const answer = await fileOf(server.url, path);
  expect([answer.status, answer.headers['content-type']]).toEqual([200, type]);
  expect(answer.headers['content-length']).toBe(String(Buffer.byteLength(content)));
  expect(answer.headers['cache-control']).toBe('public, max-age=31536000, immutable');
  // Opened by itself, an SVG runs no script, loads nothing and is in no frame.
  expect(answer.headers['content-security-policy']).toBe(
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  );
});

test('a stylesheet of the operator is loaded after ours', async () => {
  const file = join(temporaryFolder(), 'own.css');
  writeFileSync(file, 'body { background: red; } /* \u00e9 */');
  const server = await startServer({ ...pagesOn, GATEHOUSE_PAGES_STYLE: file });
  const styles = stylesIn((await new Browser(server).open('/sign-in')).text);
  expect(styles).toEqual([
    expect.stringMatching(/^pages\/style-[\w-]{12}\.css$/),
    expect.stringMatching(/^pages\/own-[\w-]{12}\.css$/),
  ]);
  const own = await fileOf(server.url, styles[1]);
  expect([own.status, own.headers['content-type'], own.text]).toEqual([
    200,
    'text/css; charset=utf-8',
    'body { background: red; } /* \u00e9 */',
  ]);
  // Every page has both, also those of errors, which lie deeper.
  const deep = await new Browser(server).open('/account/a/b');
  expect(stylesIn(deep.text).map((path) => below('/account/a/b', String(path)))).toEqual(
    styles.map((path) => `/${path}`),
  );
});

test('the names of files change with their content, and no other name is served', async () => {
  const file = join(temporaryFolder(), 'logo.png');
  const namesWith = async (content: Uint8Array, accent: string) => {
    writeFileSync(file, content);
    const server = await startServer({
      ...pagesOn,
      GATEHOUSE_PAGES_LOGO: file,
      GATEHOUSE_PAGES_ACCENT: accent,
    });
    const { text } = await new Browser(server).open('/sign-in');
    return [logoIn(text), ...stylesIn(text)];
  };
  const [logo, style] = await namesWith(png, '#2451c4');
  expect(await namesWith(png, '#2451c4')).toEqual([logo, style]);
  const [otherLogo, otherStyle] = await namesWith(Buffer.concat([png, png]), '#2451c5');
  expect([otherLogo === logo, otherStyle === style]).toEqual([false, false]);
  const server = await startServer({ ...pagesOn });
  for (const path of [logo, style?.replace(/-[^.]*/, ''), style?.replace(/-./, '-_')])
    expect((await fileOf(server.url, path)).status).toBe(404);
});

const tooLarge = (bytes: number, most: number) => `a file of ${bytes} bytes; ${most} are the most.`;

test.each([
  ['GATEHOUSE_PAGES_LOGO', 'logo.png', maxLogoBytes],
  ['GATEHOUSE_PAGES_STYLE', 'own.css', maxStyleBytes],
])('%s: the start is refused if the file is too large, missing or a folder', async (env, name, most) => {
  const folder = temporaryFolder();
  const file = join(folder, name);
  const open = async () => {
    const settings = readSettings({ DATABASE_URL: `file:${folder}/gatehouse.db`, ...pagesOn, [env]: file });
    const gatehouse = await createGatehouse({ settings });
    await gatehouse.close();
  };
  const refused = async (sentence: unknown) => {
    const error = await open().then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(error).toBeInstanceOf(UnusableSettings);
    expect((error as UnusableSettings).problems).toEqual([sentence]);
  };
  await refused(expect.stringMatching(new RegExp(`^${env} names a file that cannot be read: ENOENT.*\\.$`)));
  writeFileSync(file, Buffer.alloc(most + 1));
  await refused(`${env} names ${tooLarge(most + 1, most)}`);
  writeFileSync(file, Buffer.alloc(most));
  await open();
  rmSync(file);
  mkdirSync(file);
  await refused(expect.stringMatching(new RegExp(`^${env} names a file that cannot be read: EISDIR.*.$`)));
});

test('both files are named at once if neither can be read', async () => {
  const folder = temporaryFolder();
  const settings = readSettings({
    DATABASE_URL: `file:${folder}/gatehouse.db`,
    ...pagesOn,
    GATEHOUSE_PAGES_LOGO: `${folder}/logo.svg`,
    GATEHOUSE_PAGES_STYLE: `${folder}/own.css`,
  });
  const error = await createGatehouse({ settings }).catch((error: unknown) => error);
  expect((error as UnusableSettings).problems.map((line) => line.split(' ')[0])).toEqual([
    'GATEHOUSE_PAGES_LOGO',
    'GATEHOUSE_PAGES_STYLE',
  ]);
});

/** The contrast of two colours, by the definition of WCAG 2.2, from 1 to 21. */
function contrast(one: string, other: string): number {
  const luminances = [one, other].map((colour) => {
    const value = Number.parseInt(colour.slice(1), 16);
    const channels = [value >> 16, (value >> 8) & 255, value & 255].map((channel) => channel / 255);
    const linear = channels.map((part) =>
      part <= 0.040_45 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4,
    );
    return 0.2126 * (linear[0] ?? 0) + 0.7152 * (linear[1] ?? 0) + 0.0722 * (linear[2] ?? 0);
  });
  return (Math.max(...luminances) + 0.05) / (Math.min(...luminances) + 0.05);
}

/** The variables of a stylesheet, light and dark. */
function schemesOf(css: string): Record<string, string>[] {
  const blocks = [...css.matchAll(/:root \{([^}]*)\}/g)].map(([, block = '']) =>
    Object.fromEntries(
      [...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name = '', value = '']) => [name, value]),
    ),
  );
  const [light = {}, dark = {}] = blocks;
  return [light, { ...light, ...dark }];
}

test('WCAG 1.4.3: with any accent colour, text has a contrast of 4.5 or more in both schemes', () => {
  const edge = fc.constantFrom(
    '#000000',
    '#ffffff',
    '#ffff00',
    '#0000ff',
    '#ff0000',
    '#00ff00',
    '#777777',
    '#767676',
  );
  const any = fc
    .integer({ min: 0, max: 0xff_ff_ff })
    .map((value) => `#${value.toString(16).padStart(6, '0')}`);
  const check = (accent: string) => {
    for (const scheme of schemesOf(styleWith(accent))) {
      const of = (name: string) => String(scheme[name]);
      for (const [text, behind] of [
        ['accent', 'back'],
        ['accent', 'front'],
        ['on-fill', 'fill'],
        ['text', 'back'],
        ['text', 'front'],
        ['quiet', 'back'],
        ['quiet', 'front'],
        ['bad', 'back'],
        ['bad', 'front'],
        ['good', 'front'],
      ] as const)
        expect(contrast(of(text), of(behind)), `${accent}: ${text} on ${behind}`).toBeGreaterThanOrEqual(4.5);
      // Outlines of fields (success criterion 1.4.11).
      for (const behind of ['back', 'front'])
        expect(contrast(of('edge'), of(behind)), `edge on ${behind}`).toBeGreaterThanOrEqual(3);
    }
  };
  fc.assert(fc.property(edge, check), { numRuns: 20 });
  fc.assert(fc.property(any, check), { numRuns: 1_000 });
});

test('an accent that can be read is used as it is', () => {
  expect(accentOn('#2451c4', '#f4f6f9')).toEqual({ fill: '#2451c4', onFill: '#ffffff', text: '#2451c4' });
  expect(accentOn('#ffff00', '#f4f6f9')).toMatchObject({ fill: '#ffff00', onFill: '#000000' });
});

test('a page and its stylesheet weigh 15,000 bytes or less, compressed', async () => {
  const server = await startServer({ ...pagesOn, GATEHOUSE_SESSIONS_PER_USER: '0' });
  const german = { 'accept-language': 'de' };
  const browser = await newcomer(server, `${'long-name'.repeat(7)}@${'domain.'.repeat(25)}example`, german);
  const [user] = await rowsOf(server, 'users');
  const store = await storeOf(server);
  await addSessions(store, String(user?.['id']), 20, Date.now() - 60_000);
  await addEntries(store, String(user?.['id']), 20);
  await query(
    server,
    `UPDATE sessions SET device = 'Microsoft Edge on Playstation 4', network = '2001:db8:1234:5678::/64'`,
  );
  const sizes: Record<string, number> = {};
  for (const path of [
    '/sign-in',
    '/register',
    '/sign-out',
    '/forgot-password',
    '/reset-password',
    '/verify-email',
    '/account/confirm',
    '/account',
    '/account/nothing',
  ])
    for (const client of [browser, new Browser(server, german), new Browser(server)]) {
      const { status, text } = await client.open(path);
      if (status === 303) continue;
      const styles = await Promise.all(
        stylesIn(text).map((style) => fileOf(server.url, below(path, String(style)).slice(1))),
      );
      const bytes = [text, ...styles.map((style) => style.text)].map((part) => gzipSync(part).byteLength);
      sizes[path] = Math.max(
        sizes[path] ?? 0,
        bytes.reduce((sum, one) => sum + one, 0),
      );
    }
  expect(Object.keys(sizes)).toHaveLength(9);
  for (const [path, bytes] of Object.entries(sizes)) expect(bytes, path).toBeLessThanOrEqual(15_000);
});
