/** The log as text: readable, one entry for each line of JSON, and safe on a terminal (ruling G18). */

import { styleText } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { logText, type Paint } from '../../src/server/log-text.ts';

const plain: Paint = (_style, text) => text;
const coloured: Paint = (style, text) => styleText(style, text, { validateStream: false });
const time = '2026-11-22T12:04:31.600Z';
const entry = (fields: object) => logText(JSON.stringify({ level: 30, time, ...fields }), plain);
/** The time of day is local. */
const untimed = (text: string) => text.replace(/^\d\d:\d\d:\d\d/, 'TIME');

test('an entry is a line with time, level, message and fields', () => {
  expect(untimed(entry({ level: 40, retry: 3, store: 'postgres', msg: 'no answer' }))).toBe(
    'TIME warn  no answer  retry=3 store=postgres\n',
  );
  expect(untimed(entry({ level: 50, msg: 'x' }))).toBe('TIME error x\n');
  const local = new Date(time);
  expect(entry({ msg: 'x' })).toMatch(new RegExp(`^${String(local.getHours()).padStart(2, '0')}:`));
});

test('of an audit entry the fields are shown, except for the event that is the message', () => {
  const audit = { event: 'login', outcome: 'ok', network: '127.0.0.1' };
  expect(untimed(entry({ audit, msg: 'login' }))).toBe('TIME info  login  outcome=ok network=127.0.0.1\n');
  expect(untimed(entry({ audit, msg: 'other' }))).toContain('event=login outcome=ok');
});

test('a value with a blank, a quote or an equals sign is in quotes, and an object is JSON', () => {
  expect(untimed(entry({ a: 'b c', d: 'e=f', g: '', h: { i: [1] }, j: null, k: 'say "l"', msg: 'm' }))).toBe(
    'TIME info  m  a="b c" d="e=f" g="" h={"i":[1]} j=null k="say \\"l\\""\n',
  );
});

test('the stack of an error follows, indented, so that its message cannot forge an entry', () => {
  const err = {
    type: 'Error',
    message: 'a\n12:00:00 info  forged',
    stack: 'Error: a\n12:00:00 info  forged\n    at b',
  };
  expect(untimed(entry({ level: 50, err, path: '/x', msg: 'request failed' }))).toBe(
    'TIME error request failed  path=/x\n    Error: a\n    12:00:00 info  forged\n        at b\n',
  );
});

test.each(['not JSON', '[1]', '"text"', '{', 'null'])('a line that is no entry passes: %s', (line) => {
  expect(logText(line, plain)).toBe(`${line}\n`);
});

test('an entry without time, level or message is shown', () => {
  expect(logText('{"a":1}', plain)).toBe('--:--:-- undefined   a=1\n');
});

test.each([
  ['clear screen', '\u001b[2J', '\\u001b[2J'],
  ['CSI in one character', '\u009b2J', '\\u009b2J'],
  ['carriage return', '\rforged', '\\u000dforged'],
  ['delete', '\u007f', '\\u007f'],
  ['right-to-left override', '\u202egnp', '\\u202egnp'],
  ['isolate', '\u2066x', '\\u2066x'],
  ['line separator', '\u2028x', '\\u2028x'],
  ['zero width space', '\u200bx', '\\u200bx'],
])('%s is shown as its number in a message', (_what, text, shown) => {
  expect(untimed(entry({ msg: text }))).toBe(`TIME info  ${shown}\n`);
});

test('no text anywhere in a line controls a terminal or adds a line', () => {
  const nasty = fc.string({
    unit: fc.constantFrom(
      '\u001b',
      '[',
      '2',
      'J',
      '\n',
      '\r',
      '\u009b',
      '\u202e',
      '\u2029',
      '\ud800',
      '"',
      '\\',
      ' ',
      '=',
      'ä',
      '😀',
    ),
  });
  const anything = fc.record({ msg: nasty, time: nasty, level: fc.oneof(nasty, fc.constant(30)) });
  const more = fc.dictionary(nasty, fc.oneof(nasty, fc.dictionary(nasty, nasty), fc.array(nasty)));
  fc.assert(
    fc.property(anything, more, fc.option(nasty, { nil: undefined }), (known, others, stack) => {
      const line = JSON.stringify({ ...others, ...known, ...(stack !== undefined && { err: { stack } }) });
      const text = logText(line, plain);
      expect(text).not.toMatch(/[^\P{C}\n]|[\p{Zl}\p{Zp}]/u);
      const [, ...below] = text.trimEnd().split('\n');
      for (const next of below) expect(next).toMatch(/^ {4}/);
    }),
  );
  fc.assert(fc.property(nasty, (line) => !/[^\P{C}\n]/u.test(logText(line.replaceAll('\n', ''), plain))));
});

test('colours are added, and nothing but colours', () => {
  const line = JSON.stringify({ level: 40, time, a: 'b', msg: 'c' });
  const text = logText(line, coloured);
  expect(text).toContain('\u001b[33mwarn ');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: this is about control characters.
  expect(text.replace(/\u001b\[\d+m/g, '')).toBe(logText(line, plain));
});
