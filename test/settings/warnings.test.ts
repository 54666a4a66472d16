/** Which settings are warned about at the start and by the doctor, and on which side of a bound. */

import { expect, test } from 'vitest';
import { readSettings } from '../../src/settings/read-settings.ts';
import { warnings } from '../../src/settings/warnings.ts';

const about = (text: string, header = '') =>
  warnings(readSettings({ GATEHOUSE_TRUSTED_PROXIES: text, GATEHOUSE_FORWARDED_HEADER: header }));

test('networks that hold strangers are warned about, with what an attacker can do', () => {
  const warned = (networks: string, header = 'X-Forwarded-For') => [
    `GATEHOUSE_TRUSTED_PROXIES trusts ${networks}: an attacker there writes any address into ${header}, so that the ` +
      'network throttle does not stop them, others are refused in their place, and the audit names the wrong network. ' +
      'Name only your own proxies.',
  ];
  expect(about('0.0.0.0/0')).toEqual(warned('0.0.0.0/0'));
  expect(about('::/0')).toEqual(warned('::/0'));
  expect(about('0.0.0.0/0, 10.0.0.0/8, ::/0, ::1')).toEqual(warned('0.0.0.0/0, ::/0'));
  expect(about('0.0.0.0/1,128.0.0.0/1')).toEqual(warned('0.0.0.0/1, 128.0.0.0/1'));
  expect(about('2000::/3')).toEqual(warned('2000::/3'));
  expect(about('10.0.0.0/7')).toEqual(warned('10.0.0.0/7'));
  expect(about('fc00::/6')).toEqual(warned('fc00::/6'));
  expect(about('::ffff:0.0.0.0/96')).toEqual(warned('0.0.0.0/0'));
  expect(about('64:ff9b::/96')).toEqual(warned('0.0.0.0/0'));
  expect(about('0.0.0.0/0', 'forwarded')).toEqual(warned('0.0.0.0/0', 'Forwarded'));
});

test('networks that can be private are not warned about', () => {
  for (const text of ['', '10.0.0.0/8', '127.0.0.0/8', '192.0.2.1', 'fc00::/7', 'fe80::/10', '::1'])
    expect(about(text), text).toEqual([]);
});

test('unix is warned about, because a server of its own does not listen on a unix domain socket', () => {
  for (const text of ['unix', '127.0.0.1, unix'])
    expect(about(text)).toEqual([
      'GATEHOUSE_TRUSTED_PROXIES has the word unix, which has no effect here: the server listens on a port. It is for ' +
        'applications that embed Gatehouse and listen on a unix domain socket.',
    ]);
});

test('origins where browsers offer no passkeys are warned about', () => {
  const of = (origins: string) =>
    warnings(
      readSettings({ GATEHOUSE_PASSKEY_RP_ID: 'example.com', GATEHOUSE_PASSKEY_ORIGINS: origins }),
    ).join();
  expect(of('https://example.com,http://example.com,http://a.example.com:8080')).toBe(
    'GATEHOUSE_PASSKEY_ORIGINS has http://example.com, http://a.example.com:8080: browsers offer passkeys only over HTTPS, and on localhost.',
  );
  expect(of('https://example.com')).toBe('');
  expect(
    warnings(readSettings({ GATEHOUSE_PASSKEY_ORIGINS: 'http://localhost:8080,http://a.localhost' })),
  ).toEqual([]);
});
