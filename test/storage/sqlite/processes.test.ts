/** Several processes on one SQLite file: what one of them ended, no other accepts from then on. */

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { root } from '../../support/process.ts';
import { idHash, makeAccount, openStore, sessionOfJoe } from '../../support/sqlite.ts';
import { findSession } from '../conformance/case.ts';

/** Another process with the same file open; it ends the given sessions, and says when that is acknowledged. */
const other = `
  import { createInterface } from 'node:readline';
  import { openSqliteStore } from '${root}/src/storage/sqlite/store.ts';
  const store = openSqliteStore(process.argv[1], (text) => text.length.toString(16).padStart(64, '0'));
  await store.sessions.findWithUser('0'.repeat(64));
  console.log('ready');
  for await (const idHash of createInterface(process.stdin)) {
    await store.sessions.remove([idHash]);
    console.log(idHash);
  }
  await store.close();
`;

test('N2: a session that another process ended is refused at once, however often it was checked before', async () => {
  const store = openStore();
  await makeAccount(store, 'joe');
  const hashes = Array.from({ length: 20 }, (_, n) => idHash(n + 1));
  for (const [n, hash] of hashes.entries()) await store.sessions.insert(hash, sessionOfJoe(n + 1));
  const child = spawn(process.execPath, ['--input-type=module', '-e', other, store.file], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill());
  const said = createInterface(child.stdout)[Symbol.asyncIterator]();
  expect((await said.next()).value).toBe('ready');
  for (const hash of hashes) {
    // Checked all the time, so that it is remembered to the last.
    let isOver = false;
    let lastAcceptedAt = 0;
    const checking = (async () => {
      while (!isOver) {
        const askedAt = performance.now();
        if (await findSession(store.sessions, hash)) lastAcceptedAt = askedAt;
        await sleep(0);
      }
    })();
    await sleep(5);
    expect(lastAcceptedAt).toBeGreaterThan(0);
    child.stdin.write(`${hash}\n`);
    expect((await said.next()).value).toBe(hash);
    const endedAt = performance.now();
    await sleep(5);
    isOver = true;
    await checking;
    expect(lastAcceptedAt).toBeLessThanOrEqual(endedAt);
  }
});
