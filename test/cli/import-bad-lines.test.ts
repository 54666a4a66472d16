/** Bad lines through the command: each is named with its line and its reason, and the rest goes on (I1, I4). */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { query, rowCounts } from '../support/database.ts';
import { imported } from '../support/importing.ts';
import { places } from '../support/moving.ts';
import { temporaryFolder } from '../support/server.ts';

const argon2 = '$argon2id$v=19$m=2147483648,t=1,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA';
const account = (n: number, more: object = {}) =>
  JSON.stringify({ id: `u${n}`, username: `user${n}`, ...more });

/** Lines, and what the report says of each. */
const lines: readonly (readonly [line: string | Buffer, kind: string, outcome: string])[] = [
  [account(1), 'account', 'imported'],
  [Buffer.from([0x7b, 0xff, 0x7d]), 'account', 'broken_utf8'],
  [account(3, { note: 'x'.repeat(10_000_000) }), 'account', 'too_long'],
  [account(1, { username: 'other' }), 'account', 'repeated_id'],
  [account(5, { username: 'USER1' }), 'account', 'parked'],
  [account(6, { password_hash: argon2 }), 'account', 'hash_out_of_bounds'],
  [account(7, { created_at: '1969-12-31T23:59:59Z' }), 'account', 'before_1970'],
  [account(8, { created_at: '+010000-01-01T00:00:00Z' }), 'account', 'after_9999'],
  [account(9, { created_at: '2025-02-07T19:41:52.92-05:00[America/New_York]' }), 'account', 'imported'],
  [account(10, { sessions: [{ id: 'x'.repeat(37) }] }), 'session', 'session_id_form'],
  [account(11, { password_hash: '$P$B123456789012345678901234567890' }), 'account', 'unsupported_hash'],
  [account(12), 'account', 'imported'],
  ['{"id":"u13","username":"us', 'account', 'broken_json'],
];

test('I1, I4: each bad line is named with its reason, none is half imported, and the good ones come', async () => {
  const [file, report] = ['accounts.jsonl', 'report.jsonl'].map((name) => join(temporaryFolder(), name));
  const bytes = lines.map(([line], n) => [Buffer.from(line), Buffer.from(n < lines.length - 1 ? '\n' : '')]);
  writeFileSync(String(file), Buffer.concat(bytes.flat()));
  const address = await places.sqlite();
  const summary = await imported(address, [String(file)], '--from', 'gatehouse', '--report', String(report));
  expect(summary.complete).toBe(false);
  const entries = readFileSync(String(report), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line): Record<string, unknown> => JSON.parse(line));
  for (const [n, [, kind, outcome]] of lines.entries())
    expect(entries).toContainEqual(expect.objectContaining({ line: n + 1, kind, outcome }));
  // A session that cannot be kept does not keep its account out.
  const users = await query({ database: address }, 'SELECT id, created_at FROM users ORDER BY id');
  expect(users.map(({ id }) => id)).toEqual(['u1', 'u10', 'u12', 'u5', 'u9']);
  expect(users.at(-1)?.['created_at']).toBe(Date.parse('2025-02-08T00:41:52.920Z'));
  expect(await rowCounts({ database: address }, 'auth', 'imported_accounts', 'sessions')).toEqual([5, 5, 0]);
});
