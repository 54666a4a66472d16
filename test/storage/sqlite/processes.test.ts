/** Several processes on one SQLite file: what one of them ended, no other accepts from then on, and all keep their caches. */

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { checksOf, hashOf, isAccepted } from '../../support/checks.ts';
import { root } from '../../support/process.ts';
import { makeAccount, openStore, sessionOfJoe } from '../../support/sqlite.ts';

/** Another process with the same file open. It obeys one command a line, and answers when it has done so. */
const other = `
  import { createInterface } from 'node:readline';
  import { setTimeout as sleep } from 'node:timers/promises';
  import { digest } from '${root}/src/crypto/ids.ts';
  import { openSqliteStore } from '${root}/src/storage/sqlite/store.ts';
  import { checksOf, hashOf, isAccepted } from '${root}/test/support/checks.ts';
  import { sessionOfJoe } from '${root}/test/support/sqlite-rows.ts';
  const store = openSqliteStore(process.argv[1], digest);
  let isWriting = false;
  let writes = 0;
  let writing;
  const commands = {
    check: (n) => isAccepted(store, hashOf(n)),
    end: (n) => store.sessions.remove([hashOf(n)]).then(({ size }) => size),
    hits: () => checksOf(store).cache.counts.lookups.hit,
    write() {
      isWriting = true;
      writing = (async () => {
        for (; isWriting; await sleep(1)) {
          await store.sessions.insert(hashOf(9_000), sessionOfJoe(9_000));
          await store.sessions.remove([hashOf(9_000)]);
          writes += 2;
        }
      })();
    },
    async rest() {
      isWriting = false;
      await writing;
      return writes;
    },
  };
  console.log('"ready"');
  for await (const line of createInterface(process.stdin)) {
    const [command, n] = line.split(' ');
    console.log(JSON.stringify((await commands[command](Number(n))) ?? null));
  }
  await store.close();
`;

const count = 20;
const numbers = Array.from({ length: count }, (_, n) => n + 1);

/** A store with sessions, and another process on its file. */
async function twoProcesses() {
  const store = openStore();
  await makeAccount(store, 'joe');
  for (const n of numbers) await store.sessions.insert(hashOf(n), sessionOfJoe(n));
  const child = spawn(process.execPath, ['--input-type=module', '-e', other, store.file], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill());
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const answered = async () => JSON.parse((await lines.next()).value as string);
  expect(await answered()).toBe('ready');
  const ask = (command: string) => {
    child.stdin.write(`${command}\n`);
    return answered();
  };
  return { store, ask };
}

const lookups = (store: Parameters<typeof checksOf>[0]) => checksOf(store).cache.counts.lookups;

test('N2: a session that another process ended is refused at once, however often it was checked before', async () => {
  const { store, ask } = await twoProcesses();
  for (const n of numbers) {
    // Checked all the time, so that it is cached to the last.
    let isOver = false;
    let lastAcceptedAt = 0;
    const checking = (async () => {
      while (!isOver) {
        const askedAt = performance.now();
        if (await isAccepted(store, hashOf(n))) lastAcceptedAt = askedAt;
        await sleep(0);
      }
    })();
    await sleep(5);
    expect(lastAcceptedAt).toBeGreaterThan(0);
    expect(await ask(`end ${n}`)).toBe(1);
    const endedAt = performance.now();
    await sleep(5);
    isOver = true;
    await checking;
    expect(lastAcceptedAt).toBeLessThanOrEqual(endedAt);
  }
  expect(lookups(store).hit).toBeGreaterThan(count);
});

test('N2: a session that this process ended is refused at once by another one that had it cached', async () => {
  const { store, ask } = await twoProcesses();
  for (const n of numbers) {
    expect([await ask(`check ${n}`), await ask(`check ${n}`), await ask('hits')]).toEqual([true, true, n]);
    await store.sessions.remove([hashOf(n)]);
    expect(await ask(`check ${n}`)).toBe(false);
  }
});

test('N2: a user who was disabled and enabled is refused and accepted by the other process at once', async () => {
  const { store, ask } = await twoProcesses();
  for (let round = 0; round < 5; round += 1) {
    expect(await ask('check 1')).toBe(true);
    await store.accounts.setDisabled('joe', 3_000);
    expect([await ask('check 1'), await ask('check 1')]).toEqual([false, false]);
    await store.accounts.setDisabled('joe', null);
    expect(await ask('check 1')).toBe(true);
  }
});

test('another process that writes all the time empties no cache: what was a hit stays one', async () => {
  const { store, ask } = await twoProcesses();
  for (const n of numbers) expect(await isAccepted(store, hashOf(n))).toBe(true);
  expect(lookups(store)).toMatchObject({ hit: 0, miss: count });
  await ask('write');
  const rounds = 100;
  for (let round = 0; round < rounds; round += 1) {
    for (const n of numbers) expect(await isAccepted(store, hashOf(n))).toBe(true);
    await sleep(5);
  }
  expect(await ask('rest')).toBeGreaterThan(20);
  expect(lookups(store)).toMatchObject({ hit: rounds * count, miss: count });
});
