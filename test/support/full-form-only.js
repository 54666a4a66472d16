// The test files that are part of the full form only (`npm run soak`): they take minutes of computing.

export const fullFormOnly = [
  'test/frameworks/{next,recipes,sveltekit}/*.test.ts',
  'test/server/installation.test.ts',
  'test/cli/{large,migrate-interrupted}.test.ts',
  'test/browser/{firefox,mail-links,stale-pages}.test.ts',
];
