/** Every room speaks its own words, and the check that says so is able to say otherwise. */

import { expect, test } from 'vitest';
import type { Source } from '../support/house.ts';
import { programs, sources } from '../support/repository.ts';
import { lawTwo } from '../support/room-words.ts';

/** What every store has to pass. */
const suite = programs.filter(({ path }) => path.startsWith('test/storage/conformance'));

const source = (path: string, ...lines: string[]): Source => ({ path, text: lines.join('\n') });

test('law 2: every room speaks only its own words', () => {
  expect(lawTwo([...sources, ...suite])).toEqual([]);
});

test.each([
  ['SQL', 'src/concepts/accounts.ts', "db.exec('DELETE FROM auth');"],
  ['SQL in the port', 'src/storage/port/sessions.ts', 'db.exec(`SELECT 1`);'],
  ['the environment', 'src/settings/read-settings.ts', 'const port = process.env.PORT;'],
  ['the end of the process', 'src/storage/sqlite/store.ts', 'process.exit(1);'],
  ['the clock', 'src/concepts/sessions/sessions.ts', 'const now = Date.now();'],
  ['the clock, as a date', 'src/http/timestamps.ts', 'const now = new Date();'],
  ['the clock, as Temporal has it', 'src/settings/time-zone.ts', 'const now = Temporal.Now.instant();'],
  ['randomness', 'src/usecases/login.ts', 'const n = Math.random();'],
  ['random bytes', 'src/http/request-context.ts', 'const id = crypto.randomUUID();'],
  ['hashing', 'src/storage/sqlite/sessions.ts', "createHash('sha256');"],
  ['a status', 'src/usecases/login.ts', 'return { status: 401 };'],
  ['a response', 'src/concepts/sessions/sessions.ts', "return new Response('');"],
  ['a header', 'src/usecases/logout.ts', "headers['set-cookie'] = '';"],
  ['the engine', 'src/usecases/login.ts', "import { DatabaseSync } from 'node:sqlite';"],
  ['crypto', 'src/concepts/sessions/sessions.ts', "import { hash } from 'node:crypto';"],
  [
    'crypto beyond a comparison',
    'src/concepts/passwords/passwords.ts',
    "import { hash, timingSafeEqual } from 'node:crypto';",
  ],
  ['HTTP', 'src/usecases/login.ts', "import { Hono } from 'hono';"],
  ['a log', 'src/gatehouse.ts', "import pino from 'pino';"],
  ['metrics', 'src/gatehouse.ts', "import { Registry } from 'prom-client';"],
  ['metrics in another file of the room', 'src/server/main.ts', "const m = await import('prom-client');"],
  ['SQL in the suite', 'test/storage/conformance/case.ts', 'db.exec(`SELECT 1`);'],
  ['a cookie library', 'src/cli/commands/doctor.ts', "import { parseDate } from 'tough-cookie';"],
  ['a mail', 'src/usecases/account/forgot-password.ts', "import { createTransport } from 'nodemailer';"],
])('law 2 is seen broken by %s', (_word, path, line) => {
  expect(lawTwo([source(path, line)]).length).toBeGreaterThan(0);
});

test('law 2 leaves comments alone, and every room its words', () => {
  const legal = [
    source(
      'src/concepts/accounts.ts',
      '/** Never SELECT, never Date.now(). */',
      '// process.env is not ours.',
    ),
    source('src/storage/sqlite/connection/open-database.ts', "db.exec('PRAGMA synchronous = FULL');"),
    source('src/server/main.ts', 'process.exit(Date.now());'),
    source('src/http/contracts/rest.ts', 'return { status: 201 };'),
    source('src/concepts/passwords/passwords.ts', "import { timingSafeEqual } from 'node:crypto';"),
  ];
  expect(lawTwo(legal)).toEqual([]);
});
