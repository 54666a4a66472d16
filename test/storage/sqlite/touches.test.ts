/** Uses of sessions are written together, and so few in one step that others have their turn. */

import { expect, test } from 'vitest';
import { commitsIn, idHash, makeAccount, openStore, sessionOfJoe } from '../../support/sqlite.ts';

test('N3: hundreds of uses are written in steps of a hundred, and none is left out', async () => {
  const store = openStore();
  await makeAccount(store, 'joe');
  await Promise.all(Array.from({ length: 250 }, (_, n) => store.sessions.insert(idHash(n), sessionOfJoe(n))));
  const before = commitsIn(store.file);
  for (let n = 0; n < 250; n += 1) store.sessions.touch(idHash(n), 2_000, 6_000);
  const used = async () => {
    const rows = await store.sessions.ofUser('joe', { before: undefined, limit: 1_000 });
    return rows.filter(({ lastSeenAt }) => lastSeenAt === 2_000).length;
  };
  await expect.poll(used).toBe(250);
  expect(commitsIn(store.file) - before).toBe(3);
});
