/** What is read from `X-Forwarded-For`, in the notations that proxies write, and what ends the walk (ruling G16). */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { networkOf, proxy, trustedNetworks } from '../support/counted.ts';
import { sharedServer } from '../support/server.ts';

const server = sharedServer({ GATEHOUSE_TRUSTED_PROXIES: trustedNetworks });

/** The network of a request that the test passes on as a trusted proxy. */
const networkBy = (header: string) => networkOf(server(), { 'x-forwarded-for': header });

test.each([
  ['203.0.113.7', '203.0.113.7'],
  ['203.0.113.7:51234', '203.0.113.7'],
  ['203.0.113.7:1', '203.0.113.7'],
  ['"203.0.113.7"', '203.0.113.7'],
  ['"203.0.113.7:51234"', '203.0.113.7'],
  ['\t 203.0.113.7 \t', '203.0.113.7'],
  ['2001:db8::1', '2001:db8::/64'],
  ['2001:DB8:0:0:1::1', '2001:db8::/64'],
  ['[2001:db8::1]', '2001:db8::/64'],
  ['[2001:db8::1]:443', '2001:db8::/64'],
  ['"[2001:db8::1]:443"', '2001:db8::/64'],
  ['fe80::1%eth0', 'fe80::/64'],
  ['[fe80::1%25eth0]:443', 'fe80::/64'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['::ffff:cb00:7107', '203.0.113.7'],
  ['[::ffff:203.0.113.7]:443', '203.0.113.7'],
  ['64:ff9b::203.0.113.7', '203.0.113.7'],
  ['64:ff9b::cb00:7107', '203.0.113.7'],
  ['[64:ff9b::cb00:7107]:443', '203.0.113.7'],
  ['64:ff9b:0:0:0:1:cb00:7107', '64:ff9b::/64'],
  ['64:ff9b:1::203.0.113.7', '64:ff9b:1::/64'],
  [',203.0.113.7', '203.0.113.7'],
  ['203.0.113.7,', '203.0.113.7'],
  [', ,\t, 203.0.113.7 ,, , 10.0.0.1,,', '203.0.113.7'],
  ['198.51.100.1, 203.0.113.7, [fd00::1]:443, 10.0.0.1:80', '203.0.113.7'],
  ['198.51.100.1, 203.0.113.7, ::ffff:10.0.0.1', '203.0.113.7'],
  ['198.51.100.1, 203.0.113.7, 64:ff9b::10.0.0.1', '203.0.113.7'],
  ['10.0.0.1, 10.0.0.2', '10.0.0.1'],
  ['unknown, 10.0.0.2', '10.0.0.2'],
  ['198.51.100.1, unknown, 10.0.0.2', '10.0.0.2'],
])('G16: %s is counted as %s', async (header, network) => {
  expect(await networkBy(header)).toBe(network);
});

test.each([
  ',',
  ' , ,',
  'unknown',
  '_hidden',
  'unix:',
  'app.example.com',
  '203.0.113',
  '203.0.113.256',
  '203.0.113.07',
  '3405803783',
  '0xcb.0.0x71.7',
  '203.0.113.7:',
  '203.0.113.7:http',
  '203.0.113.7:123456',
  '203.0.113.7:1:2',
  '203.0.113.7%eth0',
  '203.0.113.7/32',
  '203.0.113.7 203.0.113.8',
  '203.0.113.7;203.0.113.8',
  '[203.0.113.7]',
  '[203.0.113.7]:80',
  '[2001:db8::1',
  '2001:db8::1]',
  '[]',
  '[]:443',
  '[2001:db8::1]443',
  '[2001:db8::1]:',
  '[[2001:db8::1]]',
  '2001:db8::1::',
  '2001:db8:1:2:3:4:5:6:443',
  '2001:db8::1/64',
  '"203.0.113.7',
  '203.0.113.7"',
  '""',
  '"',
  '""203.0.113.7""',
  "'203.0.113.7'",
  'for=203.0.113.7',
  `${'0'.repeat(4_000)}203.0.113.7`,
  `2001:db8::1%${'e'.repeat(4_000)}`,
])('G16: %s is not an address, and ends the reading', async (header) => {
  expect(await networkBy(header)).toBe(proxy);
  // Nothing before it is read.
  expect(await networkBy(`203.0.113.7, ${header}`)).toBe(/^[ ,]+$/.test(header) ? '203.0.113.7' : proxy);
});

test('G16: any address is read alike in every notation', async () => {
  const notations = fc.oneof(
    fc
      .ipV4()
      .map((address) => [address, [address, `${address}:443`, `::ffff:${address}`, `[::ffff:${address}]:1`]]),
    fc
      .ipV6()
      .map((address) => [address, [address, `[${address}]`, `[${address}]:65535`, `"[${address}]:0"`]]),
  ) as fc.Arbitrary<[string, string[]]>;
  await fc.assert(
    fc.asyncProperty(notations, async ([address, all]) => {
      const network = await networkBy(`${address}, 10.0.0.1`);
      for (const notation of all) expect(await networkBy(`${notation}, 10.0.0.1`), notation).toBe(network);
    }),
    { numRuns: 40 },
  );
});

test('G16: Forwarded is not read, whatever it says', async () => {
  expect(await networkOf(server(), { forwarded: 'for=203.0.113.7' })).toBe(proxy);
  const both = { forwarded: 'for=203.0.113.7', 'x-forwarded-for': '198.51.100.1' };
  expect(await networkOf(server(), both)).toBe('198.51.100.1');
});
