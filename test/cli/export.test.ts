/** `gatehouse export`: one snapshot in the native format, which another Gatehouse imports without a loss (I1). */

import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { query } from '../support/database.ts';
import { commandsAt, imported } from '../support/importing.ts';
import { everythingAt, places } from '../support/moving.ts';
import { startProcess } from '../support/process.ts';
import { addPasskeys, boxOf, enrolApps, trustBrowser } from '../support/second-factors.ts';
import { temporaryFolder } from '../support/server.ts';

const password = 'strongpassword';
const keyOf = (byte: number) => Buffer.alloc(32, byte).toString('base64');
const key = { GATEHOUSE_SECRET_KEY: keyOf(1) };
const kept = [
  'users',
  'auth',
  'sessions',
  'devices',
  'second_factors',
  'recovery_codes',
  'passkeys',
  'browser_tokens',
];

/** Three people: one with everything, one with a name only who is disabled, one who only registered. */
async function filled(address: string): Promise<string> {
  const server = await startProcess({ DATABASE_URL: address, ...key });
  const ada = { email: 'ada@example.com', password };
  const { json } = await server.post('/auth/register', ada);
  await server.post('/auth/login', ada);
  for (const username of ['bob', 'eve']) await server.post('/register.json', { username, password });
  await server.stop();
  await commandsAt(address)(['user', 'disable', 'bob']);
  const box = await boxOf({ DATABASE_URL: address, ...key });
  await enrolApps(address, box, ada.email);
  await addPasskeys(address, ada.email, 'Laptop');
  await trustBrowser(address, ada.email, 'Firefox on Linux');
  return String(json['session_id']);
}

async function rowsAt(address: string): Promise<Record<string, unknown>> {
  const everything = await everythingAt(address);
  return Object.fromEntries(kept.map((table) => [table, everything[table]]));
}

const exportFile = () => join(temporaryFolder(), 'export.jsonl');

describe.each([
  ['sqlite', 'postgres'],
  ['postgres', 'sqlite'],
] as const)('from %s to %s', (from, to) => {
  test('I1: a round trip loses nothing, and people stay signed in', async () => {
    const [origin, place] = [await places[from](), await places[to]()];
    const sessionId = await filled(origin);
    const file = exportFile();
    const said = await commandsAt(origin, key)(['export', file, '--json']);
    expect(said.json).toEqual([{ file, accounts: 3, sessions: 2, secrets: 1, secrets_encrypted: 1 }]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).not.toContain(sessionId);

    const target = commandsAt(place, key);
    expect((await target(['import', file, '--weak-seconds', '0'])).code).toBe(0);
    expect(await rowsAt(place)).toEqual(await rowsAt(origin));
    const server = await startProcess({ DATABASE_URL: place, ...key });
    const asked = await server.send({ path: '/auth/session', headers: { 'x-session-id': sessionId } });
    expect(asked.status).toBe(200);
    await server.stop();
    const [entry] = await query({ database: origin }, `SELECT outcome FROM audit WHERE event = 'export'`);
    expect(entry?.['outcome']).toBe('ok');
  });
});

test('F3: with another key the account keeps its factor, and the report says which key is missing', async () => {
  const [origin, place] = [await places.sqlite(), await places.sqlite()];
  await filled(origin);
  const file = exportFile();
  await commandsAt(origin, key)(['export', file]);
  const summary = await imported(place, [file]);
  expect([summary.complete, summary.parts]).toEqual([true, { totp_other_key: 1 }]);
  expect(await rowsAt(place)).toEqual(await rowsAt(origin));
});

test('F3: plain secrets are an option with a warning, and get the key of the new server', async () => {
  const [origin, place] = [await places.sqlite(), await places.sqlite()];
  await filled(origin);
  const file = exportFile();
  const without = await commandsAt(origin)(['export', file, '--plain-secrets']);
  expect([without.code, existsSync(file)]).toEqual([4, false]);
  const said = await commandsAt(origin, key)(['export', file, '--plain-secrets']);
  expect(said.stderr).toContain('in plain');
  expect(readFileSync(file, 'utf8')).toContain('JBSWY3DPEHPK3PXP');
  const other = { GATEHOUSE_SECRET_KEY: keyOf(2) };
  await commandsAt(place, other)(['import', file, '--weak-seconds', '0']);
  const [factors] = await query({ database: place }, 'SELECT user_id, totp_secret FROM second_factors');
  const box = await boxOf({ DATABASE_URL: place, ...other });
  expect(box.open(String(factors?.['totp_secret']), String(factors?.['user_id']))?.text).toBe(
    'JBSWY3DPEHPK3PXP',
  );
});

test('a file that exists is left as it is, and a refused export leaves none', async () => {
  const address = await places.sqlite();
  const run = commandsAt(address);
  await run(['user', 'add', 'ada']);
  const file = exportFile();
  writeFileSync(file, 'precious');
  const refused = await run(['export', file]);
  expect([refused.code, refused.stderr]).toEqual([4, `${file} exists already. It was not changed.\n`]);
  expect(readFileSync(file, 'utf8')).toBe('precious');
  expect(readdirSync(dirname(file))).toEqual(['export.jsonl']);
  expect((await run(['export', join(file, '..', 'missing', 'x')])).code).toBe(3);
  expect((await commandsAt(`file:${exportFile()}`)(['export', '-'])).code).toBe(5);
});

test('I4: an account that waits for its name does so after a round trip, whatever the order', async () => {
  const [origin, place] = [await places.sqlite(), await places.sqlite()];
  const file = exportFile();
  writeFileSync(file, '{"id":"z","username":"ada"}\n{"id":"a","username":"Ada"}\n');
  await imported(origin, [file]);
  const out = exportFile();
  await commandsAt(origin)(['export', out]);
  await imported(place, [out]);
  expect(await rowsAt(place)).toEqual(await rowsAt(origin));
});
