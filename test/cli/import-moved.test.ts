/** What an import remembers goes along when a database is moved or restored: the same files again change nothing (I4, I5). */

import { join } from 'node:path';
import { hashSync } from 'bcryptjs';
import { describe, expect, test } from 'vitest';
import { commandsAt, imported, linesFile } from '../support/importing.ts';
import { everythingAt, inStore, moved, places } from '../support/moving.ts';
import { temporaryFolder } from '../support/server.ts';

const idOf = (n: number) => `019a6e5d-5228-7bbc-a0f0-${String(n).padStart(12, '0')}`;
const hashes = [4, 5].map((cost) => hashSync('correct horse', cost));

/** Two people whose names differ in case only, one with a slower hash, and one who is removed after the import. */
const accounts = [
  { id: 'one', username: 'ada', password_hash: hashes[0], sessions: [{ id: idOf(1) }, { id: idOf(2) }] },
  { id: 'two', username: 'Ada', password_hash: hashes[0], sessions: [{ id: idOf(3) }] },
  { id: 'three', username: 'joe', password_hash: hashes[1], sessions: [{ id: idOf(4) }] },
  { id: 'gone', username: 'eve', sessions: [{ id: idOf(5) }] },
];

/** Imports the accounts, ends the session of joe, and removes eve. */
async function filled(address: string, file: string): Promise<void> {
  await imported(address, [file]);
  const run = commandsAt(address);
  expect((await run(['session', 'end', '--user', 'joe'])).code).toBe(0);
  expect((await run(['user', 'delete', 'eve', '--yes'])).code).toBe(0);
}

/** What decides how long a name that does not exist takes: the key, and the kinds of hash that are there (I5). */
const standIns = (address: string) =>
  inStore(address, async (store) => ({
    key: await store.importKey(),
    kinds: (await (await store.imports()).hashKinds()).toSorted((a, b) =>
      JSON.stringify(a) < JSON.stringify(b) ? -1 : 1,
    ),
  }));

/** All rows but those of the audit, which tell of the move itself. */
async function rowsAt(address: string): Promise<Record<string, string[]>> {
  const { audit: _, audit_ends: _ends, ...rows } = await everythingAt(address);
  return rows;
}

describe.each([
  ['sqlite', 'postgres'],
  ['postgres', 'sqlite'],
] as const)('from %s to %s', (one, other) => {
  test('I4, I5: after a move the same files change nothing, and unknown names cost what they cost before', async () => {
    const [from, to] = [await places[one](), await places[other]()];
    const file = linesFile(accounts);
    await filled(from, file);
    const [before, rows] = [await standIns(from), await rowsAt(from)];
    expect(before.key).toMatch(/^[0-9a-f]{64}$/);
    expect(before.kinds).toHaveLength(2);
    await moved(from, to);
    expect(await standIns(to)).toEqual(before);
    const again = await imported(to, [file]);
    expect([again.accounts, again.sessions]).toEqual([
      { unchanged: 2, parked: 1, removed: 1 },
      { unchanged: 3, ended: 1, no_account: 1 },
    ]);
    expect(await rowsAt(to)).toEqual(rows);
  });
});

test('I4, I5: after a restore no imported session that ended comes back, and waiting accounts wait', async () => {
  const address = await places.sqlite();
  const file = linesFile(accounts);
  await filled(address, file);
  const [before, backup] = [await standIns(address), join(temporaryFolder(), 'backup.db')];
  await commandsAt(address)(['backup', backup]);
  for (const [words, sessions] of [
    [['--keep-sessions'], { unchanged: 3, ended: 1, no_account: 1 }],
    // A restore ends all sessions, so that those that ended after the backup do not live again.
    [[], { ended: 4, no_account: 1 }],
  ] as const) {
    const place = await places.sqlite();
    expect((await commandsAt(place)(['restore', backup, ...words])).code).toBe(0);
    expect(await standIns(place)).toEqual(before);
    const rows = await rowsAt(place);
    const again = await imported(place, [file]);
    expect([again.accounts, again.sessions]).toEqual([{ unchanged: 2, parked: 1, removed: 1 }, sessions]);
    expect(await rowsAt(place)).toEqual(rows);
  }
});
