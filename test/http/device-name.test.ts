/** A device is named in words of the program's own, whatever its client says of itself. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { deviceName } from '../../src/http/request/device-name.ts';

const webkit = 'AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1';
const chrome = 'AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36';

test.each([
  ['Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0', 'Firefox on Linux'],
  [`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${chrome}`, 'Chrome on Windows'],
  [`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${chrome} Edg/142.0.0.0`, 'Microsoft Edge on Windows'],
  [`Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${chrome}`, 'Chrome on macOS'],
  [`Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) ${webkit}`, 'Safari on iPhone'],
  [`Mozilla/5.0 (iPad; CPU OS 17_0 like Mac OS X) ${webkit}`, 'Safari on iPad'],
  [`Mozilla/5.0 (Linux; Android 14; Pixel 8) ${chrome}`, 'Chrome on Android'],
  ['Mozilla/5.0 (X11; Linux x86_64)', 'Linux'],
  ['curl/8.5.0', ''],
  ['', ''],
  [null, ''],
])('P2: %s is %s', (userAgent, name) => {
  expect(deviceName(userAgent)).toBe(name);
});

test.each([
  'Your account is locked: http://evil.example/ call/1.0',
  'MyBank Security Team says hi/9 foo/1 bar/2',
  '<b>Firefox</b> on\r\nSubject: x/1.0 y/2.0',
  `Mozilla/5.0 (Linux; Android 14; http://evil.example) ${chrome}`,
])('P2: nothing that a client makes up becomes a name: %s', (userAgent) => {
  expect(deviceName(userAgent)).toMatch(/^(?:|Firefox|Chrome on Android)$/);
});

test('P2: whatever a client sends, its name is short, and read in no time', () => {
  const piece = fc.constantFrom(
    'Mozilla/5.0 ',
    '(',
    ')',
    ';',
    'Android ',
    'iPhone',
    ' ',
    '/1.2',
    'Firefox',
    '://',
  );
  const agents = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 700 }),
    fc.array(piece).map((all) => all.join('')),
  );
  fc.assert(
    fc.property(agents, (userAgent) => {
      expect(deviceName(userAgent)).toMatch(/^[\w .&()!/-]{0,60}$/);
    }),
    { numRuns: 2_000 },
  );
  const startedAt = performance.now();
  for (const text of ['(', ' ', 'a/', '1.', 'Opera ', 'Android ', 'mobile;', 'Version/1.']) {
    deviceName(text.repeat(100_000));
  }
  expect(performance.now() - startedAt).toBeLessThan(500);
});
