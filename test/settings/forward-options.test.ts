/** The settings of forward authentication with one another (rulings W7 and W8). */

import { expect, test } from 'vitest';
import { readSettings, UnusableSettings } from '../../src/settings/read-settings.ts';

const whole = {
  GATEHOUSE_COOKIE_DOMAIN: 'Example.com',
  GATEHOUSE_PUBLIC_URL: 'https://auth.example.com',
  GATEHOUSE_SECRET_KEY: 'ab'.repeat(32),
};

function problems(env: Record<string, string>): readonly string[] {
  try {
    readSettings({ ...whole, ...env });
  } catch (error) {
    if (error instanceof UnusableSettings) return error.problems;
  }
  return [];
}

test('W8: a domain needs a public URL on one of its hosts, and a key', () => {
  expect(readSettings(whole).cookieDomain).toBe('example.com');
  expect(problems({ GATEHOUSE_PUBLIC_URL: 'https://example.com/id' })).toEqual([]);
  for (const GATEHOUSE_PUBLIC_URL of ['', 'https://notexample.com', 'https://example.com.evil.example'])
    expect(problems({ GATEHOUSE_PUBLIC_URL })).toEqual([
      expect.stringMatching(/must be an address of a host there/),
    ]);
  expect(problems({ GATEHOUSE_SECRET_KEY: '' })).toEqual([
    'GATEHOUSE_COOKIE_DOMAIN needs GATEHOUSE_SECRET_KEY or GATEHOUSE_SECRET_KEY_FILE, from which its cookies are made.',
  ]);
});

test.each([
  ['com', ''],
  ['.example.com', 'Did you mean example.com?'],
  ['https://example.com/', 'Did you mean example.com?'],
  ['192.0.2.1', ''],
  ['example.com;secure', ''],
  ['*.example.com', ''],
])('W8: the domain %s is refused', (GATEHOUSE_COOKIE_DOMAIN, hint) => {
  const [problem = ''] = problems({ GATEHOUSE_COOKIE_DOMAIN });
  expect(problem).toContain('expected a domain');
  expect(problem).toContain(hint);
});
