/** How the pages look by the settings: the name, the logo and a stylesheet of the operator. */

import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createGatehouse } from '../../src/gatehouse.ts';
import { maxLogoBytes, maxStyleBytes } from '../../src/pages/parts/brand.ts';
import { readSettings, UnusableSettings } from '../../src/settings/read-settings.ts';
import { sendExactly } from '../support/client.ts';
import { Browser, below, expectHeaders, pagesOn } from '../support/pages.ts';
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
