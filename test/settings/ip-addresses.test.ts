/** Addresses and blocks of them: one form for each, and what is refused. */

import { isIP } from 'node:net';
import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { expect, test } from 'vitest';
import { addressBlock, blockHint, holdsStrangers } from '../../src/settings/address-blocks.ts';
import { comparableAddress, comparableBlock, holds, isLoopback } from '../../src/settings/ip-addresses.ts';

const written = (block: ReturnType<typeof addressBlock>) => block?.join('/');
const comparable = (text: string) => comparableAddress(ipaddr.parse(text));

test.each([
  ['192.0.2.1', '192.0.2.1/32'],
  ['10.0.0.0/8', '10.0.0.0/8'],
  ['0.0.0.0/0', '0.0.0.0/0'],
  ['255.255.255.255/32', '255.255.255.255/32'],
  ['2001:db8::/32', '2001:db8::/32'],
  ['2001:DB8:0::/32', '2001:db8::/32'],
  ['::1', '::1/128'],
  ['::/0', '::/0'],
  ['::ffff:127.0.0.0/104', '127.0.0.0/8'],
  ['::ffff:7f00:0/104', '127.0.0.0/8'],
  ['::FFFF:10.0.0.1', '10.0.0.1/32'],
  ['0:0:0:0:0:ffff:10.0.0.1/128', '10.0.0.1/32'],
  ['::ffff:0.0.0.0/96', '0.0.0.0/0'],
  ['::ffff:10.0.0.0/127', '10.0.0.0/31'],
  ['64:ff9b::10.0.0.0/104', '10.0.0.0/8'],
  ['64:ff9b::a00:1', '10.0.0.1/32'],
  ['64:ff9b:1::/48', '64:ff9b:1::/48'],
])('the block %s is %s', (text, block) => {
  expect(written(addressBlock(text))).toBe(block);
  expect(blockHint(text)).toBe('');
});

test.each([
  '',
  '/8',
  '10.0.0.0/',
  '10.0.0.0/-1',
  '10.0.0.0/8.5',
  '10.0.0.0/255.0.0.0',
  '10.0.0.256',
  'a.example',
  '10.0.0.1/8/8',
  'all',
  '10',
  '10/8',
  '10.1/16',
  '010.0.0.1',
  '0xa.0.0.1',
  '10.0.0.1:80',
  '[::1]',
  '[::1]/128',
  ':::',
  '1::2:',
  '::ffff:010.0.0.1',
  '::ffff:10.0.0',
])('%j is not a block', (text) => {
  expect(addressBlock(text)).toBeUndefined();
  expect(blockHint(text)).toBe('');
});

test.each([
  ['10.1.2.3/8', 'did you mean 10.0.0.0/8, or 10.1.2.3 alone?'],
  ['10.0.0.1/31', 'did you mean 10.0.0.0/31, or 10.0.0.1 alone?'],
  ['192.0.2.1/0', 'did you mean 0.0.0.0/0, or 192.0.2.1 alone?'],
  ['2001:db8::1/64', 'did you mean 2001:db8::/64, or 2001:db8::1 alone?'],
  ['::1/0', 'did you mean ::/0, or ::1 alone?'],
  ['::ffff:10.1.2.3/104', 'did you mean 10.0.0.0/8, or 10.1.2.3 alone?'],
  ['::ffff:10.0.0.0/95', 'larger than all IPv4 addresses: write the IPv4 network'],
  ['::ffff:0:0/0', 'larger than all IPv4 addresses: write the IPv4 network'],
  ['64:ff9b::/95', 'larger than all IPv4 addresses: write the IPv4 network'],
  ['64:ff9b::/32', 'larger than all IPv4 addresses: write the IPv4 network'],
  ['10.0.0.0/33', 'too long: 32 bits'],
  ['::/129', 'too long: 128 bits'],
  ['::ffff:10.0.0.0/129', 'too long: 128 bits'],
  ['fe80::1%eth0', 'leave out %eth0'],
  ['fe80::%eth0/64', 'leave out %eth0'],
])('the block %s is refused, and the sentence says: %s', (text, hint) => {
  expect(addressBlock(text)).toBeUndefined();
  expect(blockHint(text)).toContain(text);
  expect(blockHint(text)).toContain(hint);
});

test('what is read as an address is one to the operating system too', () => {
  const text = fc.oneof(
    fc.ipV4(),
    fc.ipV4Extended(),
    fc.ipV6(),
    fc.string({ unit: fc.constantFrom(...'0123af:.::'), maxLength: 24 }),
  );
  fc.assert(
    fc.property(text, (address) => {
      expect(addressBlock(address) !== undefined, address).toBe(isIP(address) !== 0);
    }),
    { numRuns: 5_000 },
  );
});

test('a block holds the addresses that begin with its prefix, in whatever notation both are written', () => {
  const notations = ['', '::ffff:', '64:ff9b::'];
  const notation = fc.constantFrom(...notations);
  fc.assert(
    fc.property(
      fc.ipV4(),
      fc.ipV4(),
      fc.integer({ min: 0, max: 32 }),
      notation,
      notation,
      (a, b, bits, of, to) => {
        const number = (address: string) =>
          address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
        const prefix = (address: string) => Math.floor(number(address) / 2 ** (32 - bits));
        const [network] = [ipaddr.IPv4.networkAddressFromCIDR(`${a}/${bits}`)];
        const block = addressBlock(`${of}${network}/${of ? bits + 96 : bits}`);
        expect(block && holds(block, comparable(`${to}${b}`))).toBe(prefix(a) === prefix(b));
        expect(block && holds(block, comparable(`${to}${a}`))).toBe(true);
      },
    ),
  );
});

test('an IPv4 block holds no IPv6 address, and the other way round', () => {
  const [everyIpv4, everyIpv6] = [addressBlock('0.0.0.0/0'), addressBlock('::/0')];
  for (const text of ['2001:db8::1', '::1', '::', '64:ff9b::1:0:0'])
    expect([everyIpv4, everyIpv6].map((block) => block && holds(block, comparable(text)))).toEqual([
      false,
      true,
    ]);
  for (const text of ['192.0.2.1', '::ffff:192.0.2.1', '64:ff9b::192.0.2.1'])
    expect([everyIpv4, everyIpv6].map((block) => block && holds(block, comparable(text)))).toEqual([
      true,
      false,
    ]);
});

test('a block that a program made itself is brought into the same form', () => {
  const block = (text: string) => written(comparableBlock(ipaddr.parseCIDR(text)));
  expect(block('::ffff:10.0.0.0/104')).toBe('10.0.0.0/8');
  expect(block('64:ff9b::/96')).toBe('0.0.0.0/0');
  expect(block('::ffff:10.0.0.0/95')).toBe('::ffff:a00:0/95');
  expect(block('10.0.0.0/8')).toBe('10.0.0.0/8');
});

test('a block larger than a private network holds public addresses', () => {
  const hold = (text: string) => holdsStrangers(addressBlock(text) ?? expect.fail(text));
  for (const text of [
    '0.0.0.0/0',
    '128.0.0.0/1',
    '10.0.0.0/7',
    '::/0',
    '2000::/3',
    'fc00::/6',
    '64:ff9b::/96',
  ])
    expect(hold(text), text).toBe(true);
  for (const text of ['10.0.0.0/8', '127.0.0.1', 'fc00::/7', 'fd00::/8', '2001:db8::/32', '::1'])
    expect(hold(text), text).toBe(false);
});

test('this machine is known by its name and its addresses, and by no others', () => {
  for (const host of ['localhost', 'LOCALHOST', '127.0.0.1', '127.255.0.9', '::1', '[::1]'])
    expect(isLoopback(host), host).toBe(true);
  for (const host of [
    '',
    'localhost.example.com',
    '127.0.0.1.example.com',
    '0.0.0.0',
    '128.0.0.1',
    '::',
    '::2',
  ])
    expect(isLoopback(host), host).toBe(false);
});
