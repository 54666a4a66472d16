/** What is read from `Forwarded` (RFC 7239), and what ends the walk (ruling G16). */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { networkOf, proxy, trustedNetworks } from '../support/counted.ts';
import { sharedServer } from '../support/server.ts';

const server = sharedServer({
  GATEHOUSE_TRUSTED_PROXIES: trustedNetworks,
  GATEHOUSE_FORWARDED_HEADER: 'forwarded',
});

/** The network of a request that the test passes on as a trusted proxy. */
const networkBy = (lines: string | readonly string[]) => networkOf(server(), { forwarded: lines });

test.each([
  ['for=203.0.113.7', '203.0.113.7'],
  ['For=203.0.113.7', '203.0.113.7'],
  ['FOR="203.0.113.7"', '203.0.113.7'],
  ['for="203.0.113.7:47011"', '203.0.113.7'],
  ['for="203.0.113.7:_port.1-a"', '203.0.113.7'],
  ['for="[2001:db8:cafe::17]"', '2001:db8:cafe::/64'],
  ['For="[2001:db8:cafe::17]:4711"', '2001:db8:cafe::/64'],
  ['for="[2001:db8:cafe::17]:_p"', '2001:db8:cafe::/64'],
  ['for="\\[2001:db8:cafe::17\\]:4\\711"', '2001:db8:cafe::/64'],
  ['for="[::ffff:203.0.113.7]:80"', '203.0.113.7'],
  ['for="[64:ff9b::cb00:7107]"', '203.0.113.7'],
  ['for=203.0.113.7;proto=http;by=198.51.100.17', '203.0.113.7'],
  ['by=198.51.100.17;host=app.example.com;for=203.0.113.7', '203.0.113.7'],
  ['proto=https; for=203.0.113.7 ;\thost="app.example.com:443"', '203.0.113.7'],
  [';for=203.0.113.7;;', '203.0.113.7'],
  ['for=203.0.113.7;secret="a,b;for=198.51.100.1"', '203.0.113.7'],
  ['secret="a, for=198.51.100.1, \\"b\\"";for=203.0.113.7', '203.0.113.7'],
  ['secret="\\\\";for=203.0.113.7', '203.0.113.7'],
  ['for=203.0.113.7;secret=""', '203.0.113.7'],
  ['for=198.51.100.1, for=203.0.113.7, for=10.0.0.1', '203.0.113.7'],
  ['for=198.51.100.1,for=203.0.113.7,for="[fd00::1]:80";by="_a,b",for=10.0.0.1', '203.0.113.7'],
  [', ,for=203.0.113.7 ,, for="[64:ff9b::a00:1]" ,', '203.0.113.7'],
  ['for=unknown, for=10.0.0.1', '10.0.0.1'],
  ['for=198.51.100.1, for=_SEVKISEK, for=10.0.0.1', '10.0.0.1'],
  ['for=198.51.100.1, for="_gazonk:80"', proxy],
  ['for=198.51.100.1, for=Unknown', proxy],
  ['for=198.51.100.1, for="unknown:_x"', proxy],
  ['for=198.51.100.1, proto=https', proxy],
  ['for=198.51.100.1, ;', proxy],
])('G16: %s is counted as %s', async (header, network) => {
  expect(await networkBy(header)).toBe(network);
});

test.each([
  '203.0.113.7',
  'for',
  'for=',
  'for=""',
  'for =203.0.113.7',
  'for= 203.0.113.7',
  'for=203.0.113.7:80',
  'for=2001:db8::1',
  'for=[2001:db8::1]',
  'for="2001:db8::1"',
  'for="[2001:db8::1"',
  'for="[2001:db8::1%25eth0]"',
  'for="[203.0.113.7]"',
  'for="203.0.113.7:"',
  'for="203.0.113.7:123456"',
  'for="203.0.113.7:http"',
  'for="203.0.113.7:_"',
  'for=" 203.0.113.7"',
  'for=203.0.113.07',
  'for="203.0.113.7',
  'for=203.0.113.7"',
  'for="203.0.113.7"x',
  'for="203.0.113.7\\"',
  "for='203.0.113.7'",
  'for=203.0.113.7;for=203.0.113.7',
  'for=203.0.113.7;For="198.51.100.1"',
  'for=203.0.113.7;proto=http;PROTO=https',
  'for=203.0.113.7;proto',
  'for=203.0.113.7;=http',
  'for=203.0.113.7;proto=ht tp',
  'for=203.0.113.7 proto=http',
  'for=203.0.113.7;host=app.example.com:443',
  'for=203.0.113.7;a="b"c"d"',
  'for=203.0.113.7&proto=http',
  'for=app.example.com',
])('G16: %s is malformed, and ends the reading', async (header) => {
  expect(await networkBy(header)).toBe(proxy);
  expect(await networkBy(`for=198.51.100.1, ${header}`)).toBe(proxy);
  expect(await networkBy(`for=198.51.100.1, ${header}, for=10.0.0.1`)).toBe('10.0.0.1');
});

test('G16: several header lines are read as one list', async () => {
  expect(await networkBy(['for=198.51.100.1', 'for=203.0.113.7', 'for=10.0.0.1'])).toBe('203.0.113.7');
  expect(await networkBy(['for=198.51.100.1, for=203.0.113.7', 'for="[fd00::1]", for=10.0.0.1'])).toBe(
    '203.0.113.7',
  );
});

test('G16: whatever a client writes, the element of the proxy is read separately', async () => {
  const element = 'proto=http;for="203.0.113.7:80";host="a,b"';
  for (const before of ['for="', 'for="\\', '"', 'for="\\"', '\\', 'for=198.51.100.1;a="', '"a", "']) {
    expect(await networkBy(`${before}, ${element}`), before).toBe('203.0.113.7');
    expect(await networkBy([before, element]), before).toBe('203.0.113.7');
  }
  const written = fc.string({ unit: fc.constantFrom(...'for=",;\\ [1:.]_\té'), maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(written, async (before) => {
      expect(await networkBy(`x${before}, ${element}`)).toBe('203.0.113.7');
    }),
    { numRuns: 100 },
  );
});

test('G16: every form of RFC 7239 is read, in any order and case', async () => {
  const value = fc.oneof(
    fc.string({ unit: fc.constantFrom(..."ab1!#$%&'*+-.^_`|~"), minLength: 1, maxLength: 12 }),
    fc
      .string({ unit: fc.constantFrom(...'a ,;="\\[]:é'), maxLength: 12 })
      .map((text) => `"${text.replace(/["\\]/g, '\\$&')}"`),
  );
  // A trusted proxy would be passed over.
  const ipV4 = fc.ipV4().filter((address) => !/^(?:10|127)\./.test(address));
  const ipV6 = fc.ipV6().filter((address) => !/^fd|:(?:10|127)\./i.test(address));
  const node = fc.oneof(
    ipV4.map((address) => [address, address]),
    ipV4.map((address) => [`"${address}:80"`, address]),
    ipV6.map((address) => [`"[${address}]:_a"`, `[${address}]`]),
  );
  const said = fc.record({
    node,
    value,
    other: value,
    isFirst: fc.boolean(),
    name: fc.mixedCase(fc.constant('for')),
  });
  await fc.assert(
    fc.asyncProperty(said, async ({ node: [written, address], value, other, isFirst, name }) => {
      const [pair, rest] = [`${name}=${written}`, `ext=${value};by=${other}`];
      const element = isFirst ? `${pair};${rest}` : `${rest};${pair}`;
      expect(await networkBy(`for=192.0.2.1, ${element}, for=10.0.0.1`), element).toBe(
        await networkBy(`for="${address}"`),
      );
    }),
    { numRuns: 60 },
  );
});

test('G16: X-Forwarded-For is not read, whatever it says', async () => {
  expect(await networkOf(server(), { 'x-forwarded-for': '203.0.113.7' })).toBe(proxy);
  const both = { forwarded: 'for=203.0.113.7', 'x-forwarded-for': '198.51.100.1' };
  expect(await networkOf(server(), both)).toBe('203.0.113.7');
});
