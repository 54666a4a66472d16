/** How much is read of the header that names the hops of a request (ruling G16). */

import { describe, expect, test } from 'vitest';
import { maxHops } from '../../src/http/request/forwarded-header.ts';
import { networkOf, proxy, trustedNetworks } from '../support/counted.ts';
import { sharedServer } from '../support/server.ts';

const trusting = { GATEHOUSE_TRUSTED_PROXIES: trustedNetworks };
const believesXForwardedFor = sharedServer(trusting);
const believesForwarded = sharedServer({ ...trusting, GATEHOUSE_FORWARDED_HEADER: 'forwarded' });

const byXForwardedFor = (header: string) => networkOf(believesXForwardedFor(), { 'x-forwarded-for': header });
const byForwarded = (header: string) => networkOf(believesForwarded(), { forwarded: header });

describe.each([
  ['X-Forwarded-For', byXForwardedFor, (address: string) => address],
  ['Forwarded', byForwarded, (address: string) => `for=${address}`],
] as const)('%s has a limit', (_name, by, element) => {
  /** A client behind `count` elements, the last of which was written by the proxy that the test is. */
  const behind = (count: number, between: string) =>
    [element('203.0.113.7'), ...Array.from({ length: count }, () => between)].join(', ');

  test(`G16: of ${maxHops} elements the first is read, of more than that it is not`, async () => {
    expect(await by(behind(maxHops - 1, element('10.0.0.1')))).toBe('203.0.113.7');
    expect(await by(behind(maxHops, element('10.0.0.1')))).toBe('10.0.0.1');
  });

  test('G16: empty elements are elements', async () => {
    expect(await by(behind(maxHops - 1, ''))).toBe('203.0.113.7');
    expect(await by(behind(maxHops, ''))).toBe(proxy);
  });

  test('G16: a header as long as a request may have is read like its end', async () => {
    const hop = element('10.0.0.1');
    const long = (text: string) => text.repeat(Math.floor(15_000 / text.length));
    for (const filling of [`${hop},`, ',', ', ', 'x,', '"', '\\"', '"a",', ' ', ';', 'for="']) {
      expect(await by(`${long(filling)}, ${element('203.0.113.7')}, ${hop}`), filling).toBe('203.0.113.7');
    }
    expect(await by(long(`${hop},`))).toBe('10.0.0.1');
    expect(await by(long(','))).toBe(proxy);
    expect(await by(`${element('203.0.113.7')}${long(' ')}x`)).toBe(proxy);
  });
});
