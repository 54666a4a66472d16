/** Values as they are written in the environment: what is read, and what is refused on either side of a bound. */

import { expect, test } from 'vitest';
import { isOrigin, originHint } from '../../src/settings/origins.ts';
import { listOf, oneOf, rate, wholeNumber } from '../../src/settings/value-parsers.ts';

test('a whole number is written in decimal digits and lies within its bounds', () => {
  const read = wholeNumber(5, 100);
  expect(['5', '005', '99', '100'].map(read)).toEqual([5, 5, 99, 100]);
  for (const text of [
    '4',
    '101',
    '',
    ' 5',
    '5 ',
    '+5',
    '-5',
    '5.0',
    '1e1',
    '0x10',
    '１０',
    '00000000005',
    'five',
  ]) {
    expect(read(text), text).toBeUndefined();
  }
});

test('a word is one of its set, and nothing an object has by nature', () => {
  const read = oneOf({ on: true, off: false });
  expect([read('on'), read('off')]).toEqual([true, false]);
  for (const text of ['', 'On', 'on ', 'true', 'toString', '__proto__', 'constructor']) {
    expect(read(text), text).toBeUndefined();
  }
});

test('a list is separated by commas; blanks and empty items are ignored, one bad item spoils it', () => {
  const read = listOf(wholeNumber(1, 9));
  expect(read('')).toEqual([]);
  expect(read(' , ')).toEqual([]);
  expect(read('1')).toEqual([1]);
  expect(read(' 1 ,2,,\t3 ')).toEqual([1, 2, 3]);
  expect(read('1,10')).toBeUndefined();
  expect(read('1;2')).toBeUndefined();
});

test('a rate is a count, a slash, a length and a unit', () => {
  expect(rate('1/1s')).toEqual({ limit: 1, windowMs: 1_000 });
  expect(rate('5/2m')).toEqual({ limit: 5, windowMs: 120_000 });
  expect(rate('5/2h')).toEqual({ limit: 5, windowMs: 7_200_000 });
  expect(rate('1000000/30d')).toEqual({ limit: 1_000_000, windowMs: 2_592_000_000 });
  expect(rate('1/2592000s')).toEqual({ limit: 1, windowMs: 2_592_000_000 });
  for (const text of ['0/1s', '1000001/1s', '1/0s', '1/31d', '1/721h', '1/43201m', '1/2592001s']) {
    expect(rate(text), text).toBeUndefined();
  }
  for (const text of [
    '',
    '10',
    '10/15',
    '10/m',
    '/15m',
    '10/15M',
    '10/15min',
    '10 / 15m',
    '-1/15m',
    '1.5/15m',
  ]) {
    expect(rate(text), text).toBeUndefined();
  }
});

test('an origin is written exactly as a browser writes it', () => {
  for (const text of [
    'https://app.example.com',
    'http://localhost:8080',
    'https://[::1]:3000',
    'http://192.0.2.1',
  ]) {
    expect(isOrigin(text), text).toBe(true);
  }
  const inexact = [
    'https://a.example/',
    'https://a.example/path',
    'https://A.example',
    'https://a.example:443',
  ];
  const others = [
    '',
    '*',
    'null',
    'a.example',
    'https://',
    'ftp://a.example',
    'https://joe@a.example',
    'https://a b',
  ];
  const wildcards = ['https://*', 'https://*.example.com', 'http://localhost:*'];
  for (const text of [...inexact, ...others, ...wildcards]) expect(isOrigin(text), text).toBe(false);
});

test.each([
  ['https://App.example.com/', 'Did you mean https://app.example.com?'],
  ['https://app.example.com:443', 'Did you mean https://app.example.com?'],
  ['https://app.example.com/login?x=1', 'Did you mean https://app.example.com?'],
  ['app.example.com', 'Did you mean https://app.example.com?'],
  ['localhost:5173', 'Did you mean http://localhost:5173?'],
  ['capacitor://LOCALHOST/', 'Did you mean capacitor://localhost?'],
  [
    'chrome-extension://ABCDEFGHIJKLMNOPABCDEFGHIJKLMNOP/',
    'Did you mean chrome-extension://abcdefghijklmnopabcdefghijklmnop?',
  ],
  [
    'moz-extension://6e1e6a3c-2d3c-4f4e-9b1f-0a8d5c0f3b77',
    'The id in moz-extension:// differs on every installation: give the extension host permissions, which need no entry.',
  ],
  ['*', 'There are no wildcards: list every origin.'],
  ['https://*.example.com', 'There are no wildcards: list every origin.'],
  ['null', 'Pages without an origin (null) cannot be allowed.'],
  ['https://joe:secret@app.example.com', ''],
  ['ftp://app.example.com', ''],
  ['a b', ''],
])('W2: of %s, which is no origin that can be allowed, the hint is: %s', (text, hint) => {
  expect(isOrigin(text)).toBe(false);
  expect(originHint(text)).toBe(hint);
});

test('W2: an origin may be that of a Chromium extension or of a web view, exactly as it is sent', () => {
  const id = 'abcdefghijklmnopabcdefghijklmnop';
  for (const text of [
    `chrome-extension://${id}`,
    'capacitor://localhost',
    'capacitor://app.example.com',
    'tauri://localhost',
  ]) {
    expect(isOrigin(text), text).toBe(true);
  }
  for (const text of [
    `chrome-extension://${id.slice(1)}`,
    `chrome-extension://${id}a`,
    `chrome-extension://${id.replace('a', 'q')}`,
    `chrome-extension://${id.toUpperCase()}`,
    `chrome-extension://${id}/`,
    `chrome-extension://${id}:443`,
    'chrome-extension://*',
    `Chrome-extension://${id}`,
    `xchrome-extension://${id}`,
    'moz-extension://6e1e6a3c-2d3c-4f4e-9b1f-0a8d5c0f3b77',
    'safari-web-extension://6E1E6A3C-2D3C-4F4E-9B1F-0A8D5C0F3B77',
    'capacitor://localhost/',
    'capacitor://localhost:8080',
    'capacitor://LOCALHOST',
    'capacitor://',
    'capacitor://*',
    'capacitor://-localhost',
    'tauri://localhost/index.html',
    'tauri:localhost',
    'ionic://localhost',
    'file://',
  ]) {
    expect(isOrigin(text), text).toBe(false);
  }
});
