/** Every room speaks its own words, and the check that says so is able to say otherwise. */

import { expect, test } from 'vitest';
import type { Source } from '../support/house.ts';
import { programs, sources } from '../support/repository.ts';
import { lawTwo, unneededRooms } from '../support/room-words.ts';

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
  ['the number of the process', 'src/disk-errors.ts', "const name = 'trial-' + process.pid;"],
  ['the process as a whole', 'src/nohup.ts', 'const { env } = process;'],
  ['the process by a key', 'src/nohup.ts', "const env = process['env'];"],
  ['the process, if there is one', 'src/index.ts', 'const platform = process?.platform;'],
  ['the process on two lines', 'src/gatehouse.ts', 'process\n  .once("SIGTERM", stop);'],
  ['the process of the world', 'src/gatehouse.ts', 'globalThis.process.exit();'],
  ['the process as a module', 'src/gatehouse.ts', "import { argv } from 'node:process';"],
  ['the process as a module, by its old name', 'src/gatehouse.ts', "import it from 'process';"],
  ['the stopwatch', 'src/concepts/throttle.ts', 'const now = performance.now();'],
  ['the stopwatch, under its old name', 'src/http/handler.ts', 'const now = process.hrtime.bigint();'],
  ['SQL in small letters', 'src/usecases/login.ts', "db.exec('delete from auth');"],
  ['the clock', 'src/concepts/sessions/sessions.ts', 'const now = Date.now();'],
  ['the clock, as a date', 'src/http/timestamps.ts', 'const now = new Date();'],
  ['the clock, as Temporal has it', 'src/settings/time-zone.ts', 'const now = Temporal.Now.instant();'],
  ['randomness', 'src/usecases/login.ts', 'const n = Math.random();'],
  ['random bytes', 'src/http/request-context.ts', 'const id = crypto.randomUUID();'],
  ['hashing', 'src/storage/sqlite/sessions.ts', "createHash('sha256');"],
  ['a status', 'src/usecases/login.ts', 'return { status: 401 };'],
  ['a status that is compared', 'src/mail/queue-sender.ts', 'if (response.status === 503) return;'],
  ['a status that is set', 'src/gatehouse.ts', 'response.statusCode = 500;'],
  ['a status that is written', 'src/maintenance/backup.ts', 'response.writeHead(404);'],
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
  ['a choice of languages', 'src/pages/pages.ts', "import Negotiator from 'negotiator';"],
  ['a mail', 'src/usecases/account/forgot-password.ts', "import { createTransport } from 'nodemailer';"],
])('a violation of law 2 is found: %s', (_word, path, line) => {
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
    source('src/server/main.ts', 'process.exit(performance.now());'),
    source('src/http/contracts/rest.ts', 'return { status: 201 };'),
    source('src/settings/option-table.ts', "const meaning = 'The zone of the process. Of a process.';"),
    source('src/usecases/pacer.ts', 'const now = performance.now();'),
    source('src/concepts/passwords/passwords.ts', "import { timingSafeEqual } from 'node:crypto';"),
  ];
  expect(lawTwo(legal)).toEqual([]);
});

test('every room that may speak a word does, so that no permission outlives its reason', () => {
  expect(unneededRooms(sources)).toEqual([]);
});

test('a permission that is not needed any more is seen', () => {
  const rest = sources.filter(({ path }) => path !== 'src/server/metrics-server.ts');
  expect(unneededRooms(rest)).toEqual([
    'src/server/metrics-server.ts need not speak of HTTP',
    'src/server/metrics-server.ts need not speak of a metrics library',
  ]);
  expect(unneededRooms([]).length).toBeGreaterThan(10);
});
