/** What SQLite knows of a file by ANALYZE, which an operator may run at any time, makes no question slow. */

import { expect, test } from 'vitest';
import { addEntries } from '../../support/large.ts';
import { openStore, otherConnection } from '../../support/sqlite.ts';

test('the entries of one user are found at once among very many of others, whatever the statistics say', async () => {
  const store = openStore();
  const db = otherConnection(store.file);
  // Of a file with one user, the statistics say that to look for a user is to look at everything.
  await addEntries(store, 'joe', 3);
  db.exec('ANALYZE');
  db.exec(`WITH RECURSIVE n(i) AS (SELECT 4 UNION ALL SELECT i + 1 FROM n WHERE i < 200000)
    INSERT INTO audit (seq, at, event, outcome, user_id, contract, network, request_id, hash)
    SELECT i, 0, 'login', 'wrong_password', 'joe', 'rest', '', '', zeroblob(32) FROM n`);
  const reopened = openStore(store.file);
  const tookMs = async (query: { userId: string; after?: number }) => {
    const startedAt = performance.now();
    for (let turn = 0; turn < 20; turn += 1)
      await reopened.audit.read({ ...query, before: undefined, limit: 100 });
    return performance.now() - startedAt;
  };
  // A page of a hundred entries is the measure of what costs nothing.
  const usual = await tookMs({ userId: 'joe' });
  expect(await tookMs({ userId: 'ada' })).toBeLessThan(5 * usual);
  expect(await tookMs({ userId: 'ada', after: 0 })).toBeLessThan(5 * usual);
});
