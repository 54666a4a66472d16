/** Context words: what a password is refused for that is tried first at this service and for this account (ruling G4). */

import { expect, test } from 'vitest';
import { Passwords } from '../../src/concepts/passwords/passwords.ts';

const rules = new Passwords({ minLength: 8, iterations: 1_000, host: 'login.example.org' });

test('context words: with up to six characters that are not letters they are refused, with a letter accepted', () => {
  const verdictOf = (password: string, identifier = 'joe_doe', email = '') => {
    const outcome = rules.accept(password, identifier, email);
    return 'refused' in outcome ? outcome.refused : 'accepted';
  };
  for (const password of [
    'gatehouse',
    'gatehouse123456',
    '123gatehouse456',
    'GATEhouse!?€½ ',
    'gatehousegatehouse',
    'login.example.org',
    'LoginExampleOrg1',
    'joe_doe_1',
    'joe.doe.99',
    'doejoe1234',
    'joe123456',
    'joe 1985 doe',
    'gatehouse \u{1f600}\u{1f600}\u{1f600}\u{1f600}',
  ])
    expect([password, verdictOf(password)]).toEqual([password, 'password_of_context']);
  for (const password of [
    'gatehouse1234567',
    'gatehousex',
    'xgatehouse',
    'gat\u00e9house1',
    'joe1234567',
    'jo1234567x',
    'supersecure',
    'strongpassword',
    'the gatehouse by the river',
    'joe likes gatehouse',
  ])
    expect([password, verdictOf(password)]).toEqual([password, 'accepted']);
  // The address of an account that is named otherwise counts too, and another address does not.
  expect(verdictOf('lovelace1815', 'ada', 'ada.lovelace@example.net')).toBe('password_of_context');
  expect(verdictOf('lovelace1815', 'ada')).toBe('accepted');
  expect(verdictOf('example.net', 'ada', 'ada.lovelace@example.net')).toBe('password_of_context');
});

test('context words cost a bounded time, however the names and the password overlap', () => {
  const local = 'aaa.'.repeat(16).slice(0, 63);
  const domain = `${'aaa.'.repeat(46)}com`;
  const began = performance.now();
  for (let n = 0; n < 100; n += 1) rules.accept('aaa'.repeat(85), `${local}@${domain}`);
  // Without a bound this would not end within the life of the universe.
  expect(performance.now() - began).toBeLessThan(10_000);
});
