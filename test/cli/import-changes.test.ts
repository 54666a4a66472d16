/** A second import takes over what the origin has changed since the first one, and says by line what it did not (I4). */

import { hashSync } from 'bcryptjs';
import { describe, expect, test } from 'vitest';
import { query, rowsOf } from '../support/database.ts';
import { commandsAt, imported, linesFile } from '../support/importing.ts';
import { places } from '../support/moving.ts';
import { startProcess } from '../support/process.ts';

const bcrypt = hashSync('correct horse', 4);
const idOf = (n: number) => `019a6e5d-5228-7bbc-a0f0-${String(n).padStart(12, '0')}`;
const secret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';

const personOf = (name: string, n: number, changes: object = {}) => ({
  id: `id-${name}`,
  username: name,
  password_hash: bcrypt,
  sessions: [{ id: idOf(n) }],
  ...changes,
});

describe.each(['sqlite', 'postgres'] as const)('into %s', (engine) => {
  test('I4: an account that was disabled at its origin is refused at once, and its session stays ended', async () => {
    const address = await places[engine]();
    const server = await startProcess({ DATABASE_URL: address });
    await imported(address, [linesFile([personOf('ada', 1), personOf('bob', 2)])]);
    const statusOf = async (n: number) =>
      (await server.send({ path: '/auth/session', headers: { 'x-session-id': idOf(n) } })).status;
    expect([await statusOf(1), await statusOf(2)]).toEqual([200, 200]);

    const file = linesFile([personOf('ada', 1, { disabled_at: true }), personOf('bob', 2)]);
    const rehearsed = await imported(address, [file], '--dry-run');
    expect(await statusOf(1)).toBe(200);
    const summary = await imported(address, [file]);
    expect(summary).toMatchObject({
      complete: true,
      accounts: { updated: 1, unchanged: 1 },
      notes: { disabled: 1 },
    });
    expect(rehearsed).toMatchObject({ accounts: summary.accounts, notes: summary.notes });
    expect(summary.problems).toMatchObject([
      { outcome: 'disabled', lines: [{ line: 1, user_id: 'id-ada' }] },
    ]);
    expect([await statusOf(1), await statusOf(2)]).toEqual([401, 200]);
    expect(await query({ database: address }, 'SELECT user_id FROM sessions')).toEqual([
      { user_id: 'id-bob' },
    ]);
    const login = {
      method: 'POST',
      path: '/api/auth/login',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username: 'ada', password: 'correct horse' }),
    };
    expect((await server.send(login)).status).toBe(401);

    // Its session ended, and does not come back with the account.
    const again = await imported(address, [linesFile([personOf('ada', 1), personOf('bob', 2)])]);
    expect(again).toMatchObject({ notes: { enabled: 1 }, sessions: { ended: 1, unchanged: 1 } });
    expect(await statusOf(1)).toBe(401);
    expect((await server.send(login)).status).toBe(200);
    await server.stop();
    const rows = await query({ database: address }, 'SELECT event, outcome, user_id FROM audit');
    const entries = rows.map((row) => `${row['event']} ${row['outcome']} ${row['user_id']}`);
    expect(entries).toEqual(
      expect.arrayContaining(['import disabled id-ada', 'logout import id-ada', 'import enabled id-ada']),
    );
  });
});

test('I4: an address, a name and a second factor follow, and the report names what does not', async () => {
  const address = await places.sqlite();
  const people = [personOf('ada', 1), personOf('bob', 2), personOf('cyd', 3, { totp_secret: secret })];
  await imported(address, [linesFile(people)]);
  await commandsAt(address)(['user', 'factors', 'cyd', 'remove', '--yes']);
  const changed = [
    personOf('ada', 1, {
      username: 'eve',
      email: 'eve@example.com',
      email_verified: true,
      totp_secret: secret,
    }),
    personOf('bob', 2, { username: 'cyd' }),
    personOf('cyd', 3, { totp_secret: secret }),
  ];
  const file = linesFile(changed);
  const rehearsed = await imported(address, [file], '--dry-run');
  const summary = await imported(address, [file]);
  expect(rehearsed).toMatchObject({ accounts: summary.accounts, notes: summary.notes });
  expect(summary).toMatchObject({
    complete: true,
    accounts: { updated: 1, unchanged: 2 },
    notes: { renamed: 1, email_changed: 1, factors_added: 1, name_taken: 1, factors_missing: 1 },
  });
  expect(await rowsOf({ database: address }, 'second_factors')).toMatchObject([{ user_id: 'id-ada' }]);
  expect(await imported(address, [file])).toMatchObject({
    accounts: { unchanged: 3 },
    notes: { name_taken: 1, factors_missing: 1 },
  });
});
