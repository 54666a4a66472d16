/** Long answers of the command line: written as they come, in little memory, to a reader that may have seen enough. */

import { spawn } from 'node:child_process';
import { expect, test } from 'vitest';
import { command, commandEnvironment } from '../support/command.ts';
import { query } from '../support/database.ts';
import { isFull } from '../support/length.ts';
import { inStore, places } from '../support/moving.ts';
import { theProgram } from '../support/program.ts';

/** On a file more than a call can take as arguments, and too many for the memory that the commands get here. */
const rows = { sqlite: isFull ? 150_000 : 130_000, postgres: isFull ? 150_000 : 16_000 } as const;

const little = { NODE_OPTIONS: '--max-old-space-size=48' };

const numbers = {
  sqlite: `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows.sqlite})`,
  postgres: `WITH n(i) AS (SELECT generate_series(1, ${rows.postgres}))`,
} as const;

/** A database with many users, sessions of as many, and entries. */
async function full(place: keyof typeof places): Promise<string> {
  const database = await places[place]();
  await inStore(database, async () => {});
  const now = Date.now();
  const bytes = place === 'sqlite' ? 'zeroblob(32)' : "decode(repeat('00', 32), 'hex')";
  const text = (what: string) => (place === 'sqlite' ? what : `(${what})::text`);
  for (const sql of [
    `INSERT INTO users (id, created_at) SELECT 'user-' || i, i FROM n`,
    `INSERT INTO auth (canonical, identifier, user_id, password_hash) SELECT 'name' || i, 'Name' || i, 'user-' || i, 'h' FROM n`,
    `INSERT INTO audit (seq, at, event, outcome, user_id, contract, network, request_id, hash)
     SELECT i, i, 'event' || i, 'ok', 'user-' || (i % 3), 'rest', '192.0.2.1', 'r', ${bytes} FROM n`,
    `INSERT INTO sessions (id_hash, handle, user_id, contract, created_at, last_seen_at, idle_expires_at, expires_at,
       proven_at, network, device)
     SELECT ${place === 'sqlite' ? 'randomblob(32)' : "sha256(convert_to(i::text, 'UTF8'))"}, ${text("'handle-' || i")},
       'user-1', 'rest', ${now}, ${now}, ${now} + 3600000, ${now} + 3600000, ${now}, '192.0.2.1', '' FROM n WHERE i <= 5000`,
  ])
    await query({ database }, `${numbers[place]} ${sql}`);
  await query({ database }, 'ANALYZE');
  return database;
}

const lines = (text: string) => text.trimEnd().split('\n');

test.each(['sqlite', 'postgres'] as const)(
  'long lists are written whole on %s',
  { timeout: 240_000 },
  async (place) => {
    const DATABASE_URL = await full(place);
    const many = rows[place];
    const say = async (words: string) => {
      const said = await command(words.split(' '), { file: '', environment: { DATABASE_URL, ...little } });
      expect([words, said.code, said.stderr]).toEqual([words, 0, '']);
      return lines(said.stdout);
    };
    const users = await say('user list');
    expect(users).toHaveLength(many + 1);
    expect(users[0]).toMatch(/^ID +CREATED +DISABLED +E-MAIL +IDENTIFIER$/);
    expect(users.at(-1)).toMatch(new RegExp(`^user-${many} .* Name${many}$`));
    expect(await say('user list --json')).toHaveLength(many);

    const entries = await say(`audit tail --lines ${many - 20}`);
    expect(entries).toHaveLength(many - 19);
    expect(entries[1]).toMatch(/^1970-01-01 00:00:00Z +event21 /);
    expect(entries.at(-1)).toMatch(new RegExp(` event${many} `));
    const ofOne = (await say('audit tail --lines 5000 --user user-1 --json')).map((line) => JSON.parse(line));
    const last = many - ((many + 2) % 3);
    expect(ofOne.map(({ seq }) => seq)).toEqual(
      Array.from({ length: 5_000 }, (_, n) => last - 3 * (4_999 - n)),
    );
    expect(await say('audit tail --lines 999999 --json')).toHaveLength(many);
    expect(await say('session list name1')).toHaveLength(5_001);
  },
);

test('a reader that closes the pipe of a table early is not a failure', { timeout: 120_000 }, async () => {
  const DATABASE_URL = await full('sqlite');
  for (const words of [
    ['user', 'list'],
    ['audit', 'tail', '--lines', '125000'],
    ['session', 'list', 'name1'],
  ]) {
    const child = spawn(process.execPath, [await theProgram(), ...words], {
      env: commandEnvironment({ file: '', environment: { DATABASE_URL } }),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.once('data', () => child.stdout.destroy());
    let stderr = '';
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    expect([await new Promise((resolve) => child.on('exit', resolve)), stderr]).toEqual([0, '']);
  }
});
