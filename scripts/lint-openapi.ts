/** Lints the OpenAPI document by the rules of `redocly.yaml`: `node scripts/lint-openapi.ts` exits with 0 if it is clean. */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openapi } from '../src/wire/openapi/document.ts';

const redocly = fileURLToPath(import.meta.resolve('@redocly/cli/bin/cli.js'));
const rules = fileURLToPath(new URL('../redocly.yaml', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'gatehouse-openapi-'));

try {
  const file = join(folder, 'openapi.json');
  writeFileSync(file, JSON.stringify(openapi, undefined, 2));
  const { status } = spawnSync(
    process.execPath,
    [redocly, 'lint', '--config', rules, '--max-problems', '1000', file],
    {
      stdio: 'inherit',
      // The linter asks no one for a newer version of itself, and tells no one that it ran.
      env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' },
    },
  );
  process.exitCode = status ?? 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
