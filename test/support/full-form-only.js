// The test files that are part of the full form only (`npm run soak`): they take minutes of computing.

export const fullFormOnly = [
  'test/frameworks/{next,recipes,sveltekit}/*.test.ts',
  'test/server/installation.test.ts',
  'test/cli/{large,migrate-interrupted}.test.ts',
  'test/browser/{firefox,mail-links,stale-pages}.test.ts',
  // They try what tests stand on, not the product.
  'test/harness/{interrupted,postgres}.test.ts',
];

/**
 * What `npm test` runs on SQLite alone, and the full form on PostgreSQL: words, shapes and pages above the use cases. What they
 * ask of a store is asked on both engines by the suite of all stores, and by the tests of races, faults, calls and limits.
 */
export const postgresInFullForm = [
  'test/http/{browser-sessions,clients,dotjson,envelope,identifiers,ids,passkey-events,passkeys}.test.ts',
  'test/http/{register-mail,reset-links,rest,status,trusted-browser}.test.ts',
  'test/pages/{account,account-lists,authenticator,enrol,factors,links,page-sessions,second-factor}.test.ts',
  'test/pages/{sign-in,trusted-browsers}.test.ts',
];
