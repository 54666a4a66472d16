/** The stylesheet of the pages: what can be read with any accent colour, and how much a page weighs. */

import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { accentOn } from '../../src/pages/parts/contrast.ts';
import { styleWith } from '../../src/pages/parts/style.ts';
import { sendExactly } from '../support/client.ts';
import { query, rowsOf } from '../support/database.ts';
import { addEntries, addSessions, storeOf } from '../support/large.ts';
import { Browser, below, expectHeaders, newcomer, pagesOn } from '../support/pages.ts';
import { startServer } from '../support/server.ts';

/** The answer to a file that a page loads. */
async function fileOf(url: string, path: string | undefined) {
  const answer = await sendExactly(url, { path: `/${path}` });
  expectHeaders(answer);
  return answer;
}

const stylesIn = (text: string) =>
  [...text.matchAll(/<link rel="stylesheet" href="([^"]*)">/g)].map(([, path]) => path);

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
