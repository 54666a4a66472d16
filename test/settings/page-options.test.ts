/** The settings of the pages: what can be set, and what is refused with a sentence. */

import { expect, test } from 'vitest';
import { readSettings } from '../../src/settings/read-settings.ts';
import { standalone } from '../../src/settings/settings.ts';
import { checkSettings } from '../../src/settings/validate-settings.ts';
import { problems } from '../support/settings.ts';

test('GATEHOUSE_PAGES is on where Gatehouse runs by itself, and off where it is embedded, unless it is set', () => {
  expect(readSettings({}).pages).toBeNull();
  expect(checkSettings({}).pages).toBeNull();
  expect(standalone(readSettings({})).pages).toBe(true);
  expect(standalone(readSettings({ GATEHOUSE_PAGES: 'off' })).pages).toBe(false);
  expect(standalone(readSettings({ GATEHOUSE_PAGES: 'on', GATEHOUSE_FRONT_PAGE: 'off' }))).toMatchObject({
    pages: true,
    frontPage: 'off',
  });
  expect(problems({ GATEHOUSE_PAGES: 'true' })).toEqual([
    'GATEHOUSE_PAGES is "true"; expected `on` or `off`.',
  ]);
});

test('GATEHOUSE_PAGES_NAME is one line of 1 to 60 characters', () => {
  const read = (text: string) => readSettings({ GATEHOUSE_PAGES_NAME: text }).pagesName;
  for (const name of ['x', 'Müller & Söhne', '名前', '<b>Shop</b>', '👩‍🚀', 'x'.repeat(60), '😀'.repeat(60)])
    expect(read(name)).toBe(name);
  expect(checkSettings({ pagesName: ' Shop ' }).pagesName).toBe('Shop');
  for (const name of [
    'x'.repeat(61),
    '😀'.repeat(61),
    'a\u0000b',
    'a\nb',
    'a\u009bb',
    'a\u2028b',
    'a\ud800b',
  ])
    expect(problems({ GATEHOUSE_PAGES_NAME: name }), name).toEqual([
      `GATEHOUSE_PAGES_NAME is ${JSON.stringify(name)}; expected a text of 1 to 60 characters without control characters.`,
    ]);
});

test('GATEHOUSE_PAGES_LOGO is the path of a picture, GATEHOUSE_PAGES_STYLE that of a stylesheet', () => {
  for (const path of ['logo.svg', './a b/logo.PNG', '/srv/logo.jpg', 'logo.jpeg', 'logo.webp', '.svg'])
    expect(readSettings({ GATEHOUSE_PAGES_LOGO: path }).pagesLogo).toBe(path);
  for (const path of ['logo', 'logo.gif', 'logo.svg.exe', 'logo.svg/', 'logosvg', 'a\0.svg'])
    expect(problems({ GATEHOUSE_PAGES_LOGO: path }), path).toEqual([
      `GATEHOUSE_PAGES_LOGO is ${JSON.stringify(path)}; expected the path of a file that ends in \`.svg\`, \`.png\`, \`.jpg\`, \`.jpeg\` or \`.webp\`.`,
    ]);
  for (const path of ['own.css', '/srv/own.CSS'])
    expect(readSettings({ GATEHOUSE_PAGES_STYLE: path }).pagesStyle).toBe(path);
  for (const path of ['own', 'own.scss', 'own.css?v=2', 'a\0.css'])
    expect(problems({ GATEHOUSE_PAGES_STYLE: path }), path).toEqual([
      `GATEHOUSE_PAGES_STYLE is ${JSON.stringify(path)}; expected the path of a file that ends in \`.css\`.`,
    ]);
});

test('GATEHOUSE_PAGES_ACCENT is a colour of six digits, and a shorter one is answered with its spelling', () => {
  const read = (text: string) => readSettings({ GATEHOUSE_PAGES_ACCENT: text }).pagesAccent;
  expect([read('#000000'), read('#FFFFFF'), read('#2451C4')]).toEqual(['#000000', '#ffffff', '#2451c4']);
  const expected = 'expected a colour such as `#2451c4`.';
  for (const [text, hint] of [
    ['#FB0', ' Did you mean #ffbb00?'],
    ['2451c4', ' Did you mean #2451c4?'],
    ['#2451c', ''],
    ['#2451c4f', ''],
    ['#2451c4ff', ''],
    ['#2451cg', ''],
    ['blue', ''],
    ['rgb(0,0,0)', ''],
    ['#2451c4;}', ''],
  ])
    expect(problems({ GATEHOUSE_PAGES_ACCENT: text })).toEqual([
      `GATEHOUSE_PAGES_ACCENT is "${text}"; ${expected}${hint}`,
    ]);
});

test('GATEHOUSE_PAGES_HOME is a path of this origin', () => {
  const read = (text: string) => readSettings({ GATEHOUSE_PAGES_HOME: text }).pagesHome;
  for (const path of ['/', '/app', '/app/?tab=1#top', '/a%20b', `/${'x'.repeat(899)}`])
    expect(read(path)).toBe(path);
  for (const path of [
    'app',
    './app',
    '?tab=1',
    '//evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/app\\x',
    '/a b',
    '/\tevil',
    '/ä',
    'javascript:alert(1)',
    'data:text/html,x',
    `/${'x'.repeat(900)}`,
  ])
    expect(problems({ GATEHOUSE_PAGES_HOME: path }), path).toEqual([
      expect.stringMatching(/^GATEHOUSE_PAGES_HOME is .*; expected a path such as `\/app`, or an address/),
    ]);
});

test('GATEHOUSE_PAGES_HOME is an address of another origin only if that origin is allowed', () => {
  const read = (text: string, origins = 'https://app.example.com') =>
    readSettings({ GATEHOUSE_PAGES_HOME: text, GATEHOUSE_ALLOWED_ORIGINS: origins }).pagesHome;
  expect(read('https://app.example.com')).toBe('https://app.example.com/');
  expect(read('https://APP.example.com:443/start?x=1')).toBe('https://app.example.com/start?x=1');
  for (const [address, origin] of [
    ['https://app.example.com.evil.example/', 'https://app.example.com.evil.example'],
    ['http://app.example.com/', 'http://app.example.com'],
    ['https://app.example.com:8443/', 'https://app.example.com:8443'],
    ['https://evil.example/https://app.example.com', 'https://evil.example'],
  ] as const) {
    const env = { GATEHOUSE_PAGES_HOME: address, GATEHOUSE_ALLOWED_ORIGINS: 'https://app.example.com' };
    expect(problems(env)).toEqual([
      `GATEHOUSE_PAGES_HOME leads to ${origin}, which is not in GATEHOUSE_ALLOWED_ORIGINS: add it there, or give a path such as \`/app\`.`,
    ]);
  }
  for (const address of [
    'https://app.example.com@evil.example/',
    'https://user:secret@app.example.com/',
    'https:app.example.com',
    'https:///app.example.com',
    'ftp://app.example.com/',
    'capacitor://localhost',
  ])
    expect(
      problems({ GATEHOUSE_PAGES_HOME: address, GATEHOUSE_ALLOWED_ORIGINS: 'https://app.example.com' }),
      address,
    ).toHaveLength(1);
  // The origins are the problem then, and the only one.
  expect(
    problems({ GATEHOUSE_PAGES_HOME: 'https://app.example.com', GATEHOUSE_ALLOWED_ORIGINS: '*' }),
  ).toHaveLength(1);
});
