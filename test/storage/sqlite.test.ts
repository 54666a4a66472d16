/** The SQLite store passes the suite every store must pass. */

import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { test } from 'vitest';
import { conformance, type Ground } from '../../src/storage/conformance.ts';
import { openSqliteStore } from '../../src/storage/sqlite/store.ts';
import { query } from '../support/database.ts';
import { temporaryFolder } from '../support/server.ts';

function freshGround(): Ground {
  const file = join(temporaryFolder(), 'gatehouse.db');
  return {
    open: async () => openSqliteStore(file),
    async loseRow(table, userId) {
      query({ file }, `DELETE FROM ${table} WHERE ${table === 'auth' ? 'user_id' : 'id'} = ?`, userId);
      // What another connection wrote is seen from the next turn of the event loop on.
      await nextTurn();
    },
  };
}

for (const { title, run } of conformance) {
  test(title, () => run(freshGround()));
}
