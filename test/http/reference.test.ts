/** The script of the API reference: the copy that is kept, and how it is sent. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { redocNotices, redocScript } from '../../scripts/redoc.ts';
import { redocVersion } from '../../src/pages/page-routes.ts';
import { root } from '../support/process.ts';
import { startServer } from '../support/server.ts';

test('the script is sent as gzip, and unpacked to a client that refuses it', async () => {
  const server = await startServer({
    GATEHOUSE_FRONT_PAGE: 'on',
    GATEHOUSE_ALLOWED_ORIGINS: 'https://app.example.com',
  });
  const url = `${server.url}/pages/redoc-${redocVersion}.js`;
  const lengths: Record<string, number> = {};
  for (const encoding of ['gzip', 'br;q=1, GZIP;q=0.5', 'identity', 'gzip;q=0', '*']) {
    const { headers } = await fetch(url, { method: 'HEAD', headers: { 'accept-encoding': encoding } });
    lengths[encoding] = Number(headers.get('content-length'));
    expect(headers.get('content-encoding'), encoding).toBe(/gzip(?!;q=0$)/i.test(encoding) ? 'gzip' : null);
    expect(headers.get('vary')).toBe('Accept-Encoding, Origin');
    expect(headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(await (await fetch(url, { headers: { 'accept-encoding': encoding } })).text(), encoding).toBe(
      redocScript(),
    );
  }
  expect(lengths['gzip']).toBeLessThan(700_000);
  expect(lengths['identity']).toBeGreaterThan(2_000_000);
});

test('the copy of Redoc is that of the installed linter: run `npm run openapi` after an update', () => {
  const copy = gunzipSync(readFileSync(join(root, 'openapi/redoc.js.gz'))).toString();
  expect(copy).toBe(redocScript());
  expect(copy.slice(0, 300)).toContain(`Version: ${redocVersion}\n`);
  expect(readFileSync(join(root, 'openapi/redoc-notices.txt'), 'utf8')).toBe(redocNotices());
});
