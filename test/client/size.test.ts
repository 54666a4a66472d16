/** What a web application loads for the client is small, and nothing else. */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { bundleClient } from '../support/client-bundle.ts';
import { importsOf } from '../support/house.ts';
import { root } from '../support/process.ts';
import { temporaryFolder } from '../support/server.ts';

const gzipped = (code: string) => gzipSync(code, { level: 9 }).length;

test('all verbs of all contracts together are at most 3,000 bytes, gzipped', async () => {
  const { code, imports } = await bundleClient();
  const bytes = gzipped(code);
  process.stdout.write(`The client has ${bytes} bytes gzipped, ${code.length} minified.\n`);
  expect(code).toContain('/auth/account/export');
  expect(bytes).toBeLessThanOrEqual(3_000);
  expect(imports).toEqual([]);
});

test('an application that imports an error alone loads no verb', async () => {
  const entry = join(temporaryFolder(), 'entry.js');
  writeFileSync(entry, `export { GatehouseProblem } from '${join(root, 'src/client/index.ts')}';`);
  const { code } = await bundleClient(entry);
  expect(code).toContain('GatehouseProblem');
  expect(code).not.toContain('/auth/');
});

test('it imports neither the server, nor Node.js, nor a package', () => {
  const folder = join(root, 'src/client');
  const files = readdirSync(folder);
  expect(files.length).toBeGreaterThan(3);
  for (const name of files) {
    const text = readFileSync(join(folder, name), 'utf8');
    for (const specifier of importsOf({ path: name, text }))
      expect(specifier, name).toMatch(/^\.\/[a-z-]+\.ts$/);
  }
});
