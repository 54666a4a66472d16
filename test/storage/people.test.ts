/** What people and operators manage, in a real SQLite file: the suite, upgraded files, and a process that is killed. */

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { digest } from '../../src/crypto/ids.ts';
import type { AuditEntry, Store } from '../../src/storage/port/port.ts';
import { hashOf } from '../../src/storage/shared/audit-chain.ts';
import { openDatabase } from '../../src/storage/sqlite/connection/open-database.ts';
import { everyTable, migrations } from '../../src/storage/sqlite/schema.ts';
import { openSqliteStore } from '../../src/storage/sqlite/store.ts';
import { temporaryFolder } from '../support/server.ts';
import { account, hex, session } from './conformance/case.ts';
import { conformance, type StoreFixture, type Tampering } from './conformance.ts';

const freshPath = () => join(temporaryFolder(), 'gatehouse.db');

/** Runs statements from a second connection, foreign keys off; returns the rows of the last one. */
function query(file: string, ...statements: (readonly [sql: string, ...SQLInputValue[]])[]) {
  const db = new DatabaseSync(file, { enableForeignKeyConstraints: false, timeout: 2_000 });
  try {
    return statements.map(([sql, ...values]) => db.prepare(sql).all(...values)).at(-1) ?? [];
  } finally {
    db.close();
  }
}

const context = { at: 1, event: 'register', outcome: 'ok', contract: 'rest', network: '', requestId: '' };

const fields = 'at, event, outcome, user_id, handle, contract, network, request_id, hash';

/** Moving rows goes by way of negative numbers, so that no two ever have the same. */
function statementsOf(tampering: Tampering): (readonly [sql: string, ...SQLInputValue[]])[] {
  const { deed, seq } = tampering;
  switch (deed) {
    case 'change':
      return [["UPDATE audit SET outcome = outcome || '!' WHERE seq = ?", seq]];
    case 'remove':
      return [['DELETE FROM audit WHERE seq BETWEEN ? AND ?', seq, tampering.to]];
    case 'swap':
      return [
        ['UPDATE audit SET seq = -1 WHERE seq = ?', seq],
        ['UPDATE audit SET seq = ? WHERE seq = ?', seq, tampering.with],
        ['UPDATE audit SET seq = ? WHERE seq = -1', tampering.with],
      ];
    case 'insert':
      return [
        [
          `INSERT INTO audit (seq, ${fields}) SELECT -1000000, ${fields} FROM audit WHERE seq = ?`,
          tampering.copyOf,
        ],
        // Before the first number no entry has to make room.
        ['UPDATE audit SET seq = -1 - seq WHERE seq >= max(?, 1) AND ? > 0', seq, seq],
        ['UPDATE audit SET seq = -seq WHERE seq < 0 AND seq > -1000000'],
        ['UPDATE audit SET seq = ? WHERE seq = -1000000', seq],
      ];
  }
}

function freshGround(): StoreFixture {
  const file = freshPath();
  // What another connection wrote is seen from the next turn of the event loop on.
  const damage = (...statements: Parameters<typeof query>[1][]) => {
    query(file, ...statements);
    return nextTurn();
  };
  return {
    open: async () => openSqliteStore(file, digest),
    readsFeed: true,
    loseRow: (table, userId) =>
      damage([`DELETE FROM ${table} WHERE ${table === 'auth' ? 'user_id' : 'id'} = ?`, userId]),
    tamper: (deed) => damage(...statementsOf(deed)),
  };
}

function openStore(file: string): Store {
  const store = openSqliteStore(file, digest);
  onTestFinished(() => store.close());
  return store;
}

for (const { title, run } of conformance) {
  test(title, () => run(freshGround()));
}

test('a file of an older version keeps its accounts and sessions, and is brought up to date once', async () => {
  const file = freshPath();
  const store = openSqliteStore(file, digest);
  await store.accounts.create(account('Joe'));
  await store.sessions.insert(hex(1), session(1, 'id-of-Joe'));
  await store.close();
  // Releases after this one.
  const next = [...migrations, "ALTER TABLE sessions ADD COLUMN place TEXT NOT NULL DEFAULT 'unknown'"];
  const afterNext = [...next, 'CREATE INDEX sessions_by_place ON sessions (place)'];
  for (const steps of [next, next, afterNext, afterNext]) {
    openDatabase(file, steps).close();
    expect(query(file, ['PRAGMA user_version'])).toEqual([{ user_version: steps.length }]);
  }
  expect(query(file, ['SELECT handle, place FROM sessions'])).toEqual([
    { handle: 'handle-1', place: 'unknown' },
  ]);
  expect(query(file, ['SELECT identifier FROM auth'])).toEqual([{ identifier: 'Joe' }]);
  const said = `was written by a newer Gatehouse (schema ${migrations.length + 2}; this one knows up to ${migrations.length})`;
  expect(() => openSqliteStore(file, digest)).toThrow(said);
});

test('a step that fails leaves a file at the version that it had', () => {
  const file = freshPath();
  openDatabase(file).close();
  const broken = [...migrations, 'CREATE TABLE added (a); CREATE TABLE users (a)'];
  expect(() => openDatabase(file, broken)).toThrow('table users already exists');
  expect(query(file, ['PRAGMA user_version'])).toEqual([{ user_version: migrations.length }]);
  expect(query(file, ["SELECT 1 FROM sqlite_schema WHERE name = 'added'"])).toEqual([]);
});

test('every table is looked at, and every one is strict', async () => {
  const file = freshPath();
  openStore(file);
  const tables = query(file, ['PRAGMA table_list']).filter(({ name }) => !String(name).startsWith('sqlite_'));
  for (const { name, strict } of tables) {
    expect([name, strict]).toEqual([name, 1]);
    expect(everyTable).toContain(`FROM ${name} `);
  }
  expect(everyTable.split('UNION ALL')).toHaveLength(tables.length);
});

/** Rewrites an entry as if it had come after another one, with the hash it would have had then. */
function forge(file: string, entry: AuditEntry, before: AuditEntry): string {
  const db = new DatabaseSync(file);
  try {
    const hash = hashOf(digest, before.hash, entry);
    db.prepare('UPDATE audit SET outcome = ?, hash = unhex(?) WHERE seq = ?').run(
      entry.outcome,
      hash,
      entry.seq,
    );
    return hash;
  } finally {
    db.close();
  }
}

/** A store with five entries, oldest first. */
async function fiveEntries(): Promise<{ file: string; store: Store; entries: AuditEntry[] }> {
  const file = freshPath();
  const store = openStore(file);
  for (let n = 0; n < 5; n += 1) await store.audit.append(context, {});
  return { file, store, entries: (await store.audit.read({ limit: 9 })).reverse() };
}

test('an entry that was forged with its hash shows in the next one, or in the end of the chain', async () => {
  const { file, store, entries } = await fiveEntries();
  const [, , third, fourth, fifth] = entries as [AuditEntry, AuditEntry, AuditEntry, AuditEntry, AuditEntry];
  forge(file, { ...fifth, outcome: 'forged' }, fourth);
  await nextTurn();
  expect(await store.audit.verify(() => {})).toEqual({ intact: false, brokenAt: 5 });
  forge(file, { ...fourth, outcome: 'forged' }, third);
  await nextTurn();
  expect(await store.audit.verify(() => {})).toEqual({ intact: false, brokenAt: 5 });
  forge(file, { ...third, outcome: 'forged' }, entries[1] as AuditEntry);
  await nextTurn();
  expect(await store.audit.verify(() => {})).toEqual({ intact: false, brokenAt: 4 });
});

test('a missing entry shows by its number, though the chain was mended behind it', async () => {
  const { file, store, entries } = await fiveEntries();
  const [, , third, , fifth] = entries as [AuditEntry, AuditEntry, AuditEntry, AuditEntry, AuditEntry];
  const hash = forge(file, fifth, third);
  query(file, ['DELETE FROM audit WHERE seq = 4'], ['UPDATE audit_ends SET last_hash = unhex(?)', hash]);
  await nextTurn();
  expect(await store.audit.verify(() => {})).toEqual({ intact: false, brokenAt: 4 });
});

test('a deed is refused, not left unaudited, when the audit lost its ends', async () => {
  const file = freshPath();
  const store = openStore(file);
  query(file, ['DELETE FROM audit_ends']);
  await expect(store.audit.verify(() => {})).rejects.toThrow('The audit lost the row of its ends');
  const joe = {
    userId: '1',
    identifier: 'joe',
    canonical: 'joe',
    passwordHash: '',
    createdAt: 1,
    email: null,
  };
  await expect(store.accounts.create(joe, context)).rejects.toMatchObject({ name: 'StoreUnavailable' });
  expect(await store.accounts.findCredential('joe')).toBeUndefined();
});

test('of a process that is killed every deed has its entry, and every entry its deed', async () => {
  const file = freshPath();
  openSqliteStore(file, digest).close();
  const at = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);
  const program = `
    import { digest } from ${at('../../src/crypto/ids.ts')};
    import { openSqliteStore } from ${at('../../src/storage/sqlite/store.ts')};
    const store = openSqliteStore(process.argv[1], digest);
    const trail = ${JSON.stringify(context)};
    for (let n = 0; ; n += 4) {
      await Promise.all([0, 1, 2, 3].map((m) => {
        const name = 'user' + (n + m);
        const account = { userId: name, identifier: name, canonical: name, passwordHash: '', createdAt: 1, email: null };
        return store.accounts.create(account, trail);
      }));
      if (n === 40) console.log('going');
    }
  `;
  const child = execFile(process.execPath, ['--input-type=module', '-e', program, file]);
  const ended = new Promise((resolve) => child.on('exit', (_, signal) => resolve(signal)));
  await new Promise((resolve) => child.stdout?.once('data', resolve));
  child.kill('SIGKILL');
  expect(await ended).toBe('SIGKILL');

  const store = openStore(file);
  const users = query(file, ['SELECT id FROM users ORDER BY id']).map(({ id }) => id);
  const audited = query(file, ['SELECT user_id AS id FROM audit ORDER BY user_id']).map(({ id }) => id);
  expect(users.length).toBeGreaterThan(40);
  expect(audited).toEqual(users);
  expect(await store.audit.verify(() => {})).toEqual({ intact: true, entries: users.length });
});
