/** The picture that an authenticator app scans: its content, its border, and what of it the policy of the pages allows. */

import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { qrCode } from '../../src/pages/parts/qr.ts';
import { installed, judgedBy } from '../support/installed.ts';
import { temporaryFolder } from '../support/server.ts';

const zbarimg = installed('zbarimg');

const address =
  'otpauth://totp/Example%20Library:ada%40example.com?issuer=Example%20Library&secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&algorithm=SHA1&digits=6&period=30';

/** The modules of a picture: the light square is drawn first, then each rectangle of dark ones. */
function modulesOf(svg: string): boolean[][] {
  const size = Number(/viewBox="0 0 (\d+) \1"/.exec(svg)?.[1]);
  const modules = Array.from({ length: size }, () => Array.from({ length: size }, () => false));
  const [light = '', dark = ''] = [...svg.matchAll(/ d="([^"]*)"/g)].map(([, path = '']) => path);
  expect(light).toBe(`M0 0h${size}v${size}H0z`);
  for (const [, x, y, length] of dark.matchAll(/M(\d+) (\d+)h(\d+)v1h-\3z/g))
    modules[Number(y)]?.fill(true, Number(x), Number(x) + Number(length));
  // Nothing else is drawn.
  expect(dark.replace(/M(\d+) (\d+)h(\d+)v1h-\3z/g, '')).toBe('');
  return modules;
}

/** Draws a picture as Netpbm does, eight pixels for a module. */
function netpbm(modules: readonly (readonly boolean[])[]): string {
  const scale = 8;
  const lines = modules.flatMap((row) => {
    const line = row.map((isDark) => (isDark ? '1' : '0').repeat(scale)).join('');
    return Array.from({ length: scale }, () => line.replace(/(.{64})/g, '$1\n'));
  });
  return `P1\n${modules.length * scale} ${modules.length * scale}\n${lines.join('\n')}\n`;
}

const base32 = fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567');

/** What a reader finds in the pictures of some contents. Inverted codes do not count: many phones read none. */
async function readBack(contents: readonly string[]): Promise<string[]> {
  const folder = temporaryFolder();
  const files = contents.map((_, n) => join(folder, `code-${n}.pbm`));
  for (const [n, content] of contents.entries())
    writeFileSync(files[n] as string, netpbm(modulesOf(String(await qrCode(content, 'A code')))));
  const read = execFileSync(zbarimg as string, ['--raw', '-q', '--set', 'test-inverted=0', ...files], {
    stdio: 'pipe',
  });
  return read.toString().trimEnd().split('\n');
}

describe.skipIf(zbarimg === undefined)(judgedBy('zbarimg'), () => {
  test.each([
    ['the address of an authenticator app', address],
    ['the longest address', `${address}${'&x=y'.repeat(120)}`],
  ])('%s is read as it was written', async (_what, content) => {
    expect(await readBack([content])).toEqual([content]);
  });

  test('thirty random secrets are read, each under the one mask that all codes have', async () => {
    const secrets = fc.sample(fc.string({ unit: base32, minLength: 32, maxLength: 32 }), 30);
    const contents = secrets.map((secret) => address.replace('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ', secret));
    expect(await readBack(contents)).toEqual(contents);
  });
});

test('the picture has four light modules around it, and five pixels for a module', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ minLength: 1, maxLength: 200 }), async (content) => {
      const svg = String(await qrCode(content, 'A code'));
      const modules = modulesOf(svg);
      const size = modules.length;
      expect((size - 8 - 21) % 4).toBe(0);
      expect(svg).toContain(`width="${size * 5}" height="${size * 5}"`);
      modules.forEach((row, y) => {
        row.forEach((isDark, x) => {
          if (Math.min(x, y, size - 1 - x, size - 1 - y) < 4) expect(isDark).toBe(false);
        });
      });
      // The three large squares begin right behind the border.
      expect([modules[4]?.[4], modules[4]?.[size - 5], modules[size - 5]?.[4]]).toEqual([true, true, true]);
    }),
    { numRuns: 30 },
  );
});

test('the picture has a label, and neither a style nor a script nor what it contains as text', async () => {
  const svg = String(await qrCode(address, 'QR code "with" <b>markup</b>'));
  expect(svg).toContain('role="img" aria-label="QR code &quot;with&quot; &lt;b&gt;markup&lt;/b&gt;"');
  expect(svg).not.toMatch(/style|<script|href|GEZDGNBV|otpauth|<b>/);
});
