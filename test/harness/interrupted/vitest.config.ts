/** A test run of its own that never comes to an end, for the test that interrupts it. */

import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['endless.ts'],
    globalSetup: ['../../support/postgres/run.ts'],
    testTimeout: 60_000,
    pool: 'forks',
  },
});
