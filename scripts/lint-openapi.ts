/** Lints the OpenAPI document by the rules of `redocly.yaml`: `node scripts/lint-openapi.ts` exits with 0 if it is clean. */

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const at = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

const { status } = spawnSync(
  process.execPath,
  [
    fileURLToPath(import.meta.resolve('@redocly/cli/bin/cli.js')),
    'lint',
    '--config',
    at('redocly.yaml'),
    '--max-problems',
    '1000',
    at('openapi/openapi.yaml'),
  ],
  {
    stdio: 'inherit',
    // The linter neither looks for a newer version of itself nor reports that it ran.
    env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' },
  },
);
process.exitCode = status ?? 1;
