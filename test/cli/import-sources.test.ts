/** Files of other systems through the command: found by their look, imported whole, and never a reason to end too much. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hashSync } from 'bcryptjs';
import { expect, test } from 'vitest';
import { rowsOf } from '../support/database.ts';
import { imported } from '../support/importing.ts';
import { places } from '../support/moving.ts';
import { temporaryFolder } from '../support/server.ts';

const bcrypt = hashSync('correct horse', 4);
const created = new Date().toISOString();

/** A dump of Broadcaster with two people, each with a session. */
const dump = `CREATE TABLE public.users (username text PRIMARY KEY, hash text NOT NULL, created text NOT NULL);
CREATE TABLE public.sessions (id text PRIMARY KEY, username text, created text NOT NULL);
INSERT INTO public.users VALUES ('joe', '${bcrypt}', '${created}');
INSERT INTO public.users VALUES ('ada', '${bcrypt}', '${created}');
INSERT INTO public.sessions VALUES ('6bi01qpq9ucdqaq', 'joe', '${created}');
INSERT INTO public.sessions VALUES ('4x5qorm2obb1dpq', 'ada', '${created}');
`;

function fileWith(text: string, name = 'dump.sql'): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, text);
  return path;
}

test('I1: a dump is known by its look; the contract of its sessions is that of the origin', async () => {
  const address = await places.sqlite();
  expect(await imported(address, [fileWith(dump)])).toMatchObject({
    complete: true,
    accounts: { imported: 2 },
    sessions: { imported: 2 },
  });
  const sessions = await rowsOf({ database: address }, 'sessions');
  expect(sessions.map((row) => [row['user_id'], row['contract']]).toSorted()).toEqual([
    ['ada', 'dotjson'],
    ['joe', 'dotjson'],
  ]);
});

test.each([
  ['cut off', dump.slice(0, dump.indexOf("INSERT INTO public.sessions VALUES ('4x5") + 40)],
  ['without a table', dump.replace(/.*public\.sessions.*\n/g, '')],
  ['with a row that cannot be read', dump.replace("'ada', '2", "'ada', 'x")],
])('with files %s, --prune ends no session, and says so', async (_how, text) => {
  const address = await places.sqlite();
  await imported(address, [fileWith(dump)]);
  const summary = await imported(address, [fileWith(text)], '--from', 'broadcaster', '--prune');
  expect(summary.sessions_pruned).toBe(0);
  expect(JSON.stringify(summary)).toContain('not_pruned');
  expect(await rowsOf({ database: address }, 'sessions')).toHaveLength(2);
});

test('a generic format is taken where it is named, whatever the file looks like', async () => {
  const address = await places.sqlite();
  const file = fileWith(
    `instance_id,id,email,encrypted_password\n,1,ada@example.com,${bcrypt}\n`,
    'users.csv',
  );
  const columns = ['--column', 'hash=encrypted_password'];
  expect(await imported(address, [file], '--from', 'csv', ...columns)).toMatchObject({
    accounts: { imported: 1 },
  });
});
