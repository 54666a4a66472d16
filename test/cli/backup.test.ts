/** `gatehouse backup`: consistent under writes, one file, and never over another. */

import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { command, commandsOver } from '../support/command.ts';
import { startProcess } from '../support/process.ts';
import { temporaryFolder } from '../support/server.ts';

const password = 'strongpassword';
const freshFile = (name = 'gatehouse.db') => join(temporaryFolder(), name);

/** What a file answers to a question, opened as it is. */
function query(file: string, sql: string): unknown {
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    return Object.values(db.prepare(sql).get() ?? {})[0];
  } finally {
    db.close();
  }
}

test('a backup taken while a server writes is whole, and one file', async () => {
  const server = await startProcess({ GATEHOUSE_THROTTLE: 'off' });
  const target = freshFile('backup.db');
  let stop = false;
  let registered = 0;
  const writing = Array.from({ length: 4 }, async (_, lane) => {
    while (!stop) {
      await server.post('/auth/register', { email: `${lane}-${registered}@example.com`, password });
      registered += 1;
    }
  });
  while (registered < 50) await new Promise((resolve) => setTimeout(resolve, 10));
  const before = registered;
  const [made] = (await commandsOver(server.file)(`backup ${target} --json`)).json;
  stop = true;
  await Promise.all(writing);
  expect(registered).toBeGreaterThan(before);

  expect(made).toEqual({ file: target, bytes: statSync(target).size });
  expect(statSync(target).mode & 0o777).toBe(0o600);
  expect(readdirSync(dirname(target))).toEqual([basename(target)]);
  expect(query(target, 'PRAGMA integrity_check')).toBe('ok');
  const users = Number(query(target, 'SELECT count(*) FROM users'));
  expect(users).toBeGreaterThanOrEqual(before);
  expect(query(target, 'SELECT count(*) FROM auth JOIN users ON users.id = auth.user_id')).toBe(users);
  const run = commandsOver(target);
  expect((await run('audit verify --json')).json).toMatchObject([{ intact: true }]);
  expect((await run('doctor --json')).json).toContainEqual(
    expect.objectContaining({ check: 'database', verdict: 'ok' }),
  );
});

test('a backup never overwrites, and needs a folder', async () => {
  const file = freshFile();
  const run = commandsOver(file);
  await run('user add ada');
  const taken = freshFile('taken');
  writeFileSync(taken, 'precious');
  const refused = await command(['backup', taken], { file });
  expect([refused.code, refused.stdout, refused.stderr]).toEqual([
    4,
    '',
    'The file exists already. It was not changed.\n',
  ]);
  expect(readFileSync(taken, 'utf8')).toBe('precious');
  expect(readdirSync(dirname(taken))).toEqual(['taken']);
  expect((await command(['backup', file], { file })).code).toBe(4);
  expect((await command(['backup', join(taken, '..', 'missing', 'x')], { file })).code).toBe(3);
});
