/** How the tests are run: real servers and real hashes take a while, so the limits are generous. */

import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // Threads would share process-wide things that some tests break on purpose.
    pool: 'forks',
  },
});
