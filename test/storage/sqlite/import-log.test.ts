/** The write-ahead log of a SQLite file while an import writes beside a running server. */

import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { openStore, otherConnection } from '../../support/sqlite.ts';
import { upTo } from '../conformance/case.ts';
import { broughtSession, imported, write, writeSessions } from '../conformance/imports/import-case.ts';

/** Frames of the log, and how many of them are in the file already; looking changes nothing. */
function logOf(file: string): { readonly log: number; readonly checkpointed: number } {
  const { log, checkpointed } = otherConnection(file).prepare('PRAGMA wal_checkpoint(NOOP)').get() ?? {};
  return { log: Number(log), checkpointed: Number(checkpointed) };
}

const names = upTo(50).map((n) => `name${n}`);

test('each batch of an import is in the file when it is over, so that no commit of a server has to write it there', async () => {
  const store = openStore();
  const imports = await store.imports();
  const steps = [
    () =>
      write(
        imports,
        names.map((name) => imported(name)),
      ),
    () =>
      writeSessions(
        imports,
        names.map((name, n) => broughtSession(n, name)),
      ),
  ];
  for (const step of steps) {
    expect(await step()).toEqual(names.map(() => 'imported'));
    const { log, checkpointed } = logOf(store.file);
    expect(log).toBeGreaterThan(0);
    expect(checkpointed).toBe(log);
  }
});

test('a snapshot of a server that is open for a moment leaves nothing of a batch behind', async () => {
  const store = openStore();
  const imports = await store.imports();
  await write(imports, [imported('joe')]);
  const server = otherConnection(store.file);
  server.exec('BEGIN');
  server.prepare('SELECT * FROM users').all();
  const writing = writeSessions(imports, [broughtSession(1, 'joe')]);
  setTimeout(() => server.exec('COMMIT'), 2);
  expect(await writing).toEqual(['imported']);
  const { log, checkpointed } = logOf(store.file);
  expect(checkpointed).toBe(log);
});

test('a snapshot that stays open keeps an import waiting for no more than a moment', async () => {
  const store = openStore();
  const imports = await store.imports();
  await write(imports, [imported('joe')]);
  const backup = otherConnection(store.file);
  backup.exec('BEGIN');
  backup.prepare('SELECT * FROM users').all();
  const inTime = Promise.race([
    writeSessions(imports, [broughtSession(1, 'joe')]),
    sleep(5_000, 'late', { ref: false }),
  ]);
  expect(await inTime).toEqual(['imported']);
  const { log, checkpointed } = logOf(store.file);
  expect(checkpointed).toBeLessThan(log);
});
