/** `gatehouse wrap`: no weak hash stays at rest, and passwords and sessions stay (ruling I3). */

import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { query } from '../support/database.ts';
import { commandsAt, imported, linesFile } from '../support/importing.ts';
import { places } from '../support/moving.ts';
import { startProcess } from '../support/process.ts';

const password = 'strongpassword';
/** Django's unsalted form names its kind. */
const md5 = (text: string) => `md5$salt$${createHash('md5').update(`salt${text}`).digest('hex')}`;
const idOf = (n: number) => `019a6e5d-5228-7bbc-a0f0-${String(n).padStart(12, '0')}`;

describe.each(['sqlite', 'postgres'] as const)('on %s', (engine) => {
  test('I3: the report says how many wait, the command wraps them, and logins go on', async () => {
    const address = await places[engine]();
    const people = Array.from({ length: 25 }, (_, n) => ({
      id: `id-${n}`,
      username: `user${n}`,
      password_hash: md5(password),
      sessions: [{ id: idOf(n) }],
    }));
    const file = linesFile(people);
    const dry = commandsAt(address);
    await dry(['user', 'add', 'ada']);
    expect(await imported(address, [file], '--dry-run')).toMatchObject({
      hashes_to_wrap: 25,
      hashes_to_wrap_in_all: 0,
    });
    expect(await imported(address, [file])).toMatchObject({ hashes_to_wrap: 25, hashes_to_wrap_in_all: 25 });
    const warned = (await commandsAt(address)(['doctor', '--json'])).json;
    expect(warned.filter(({ says }) => String(says).includes('gatehouse wrap'))).toMatchObject([
      { check: 'database', verdict: 'warning', says: expect.stringContaining(': 25.') },
    ]);
    const server = await startProcess({ DATABASE_URL: address });
    const login = (n: number) => server.post('/api/auth/login', { username: `user${n}`, password });
    expect((await login(0)).status).toBe(200);
    const said = await commandsAt(address)(['wrap', '--json']);
    expect([said.code, said.json]).toEqual([0, [{ wrapped: 24, skipped: 0, left: 0 }]]);
    const left = await query(
      { database: address },
      `SELECT password_hash FROM auth WHERE password_hash LIKE '$wrapped%'`,
    );
    expect(left.length).toBe(24);
    expect((await login(1)).status).toBe(200);
    const wrong = await server.post('/api/auth/login', { username: 'user2', password: 'wrong password' });
    expect(wrong.status).toBe(401);
    const asked = await server.send({ path: '/auth/session', headers: { 'x-session-id': idOf(3) } });
    expect(asked.status).toBe(200);
    await server.stop();
    const [own] = await query(
      { database: address },
      `SELECT password_hash FROM auth WHERE canonical = 'user1'`,
    );
    expect(own?.['password_hash']).toMatch(/^\$pbkdf2-sha512\$i=/);
    expect((await commandsAt(address)(['wrap', '--json'])).json).toEqual([
      { wrapped: 0, skipped: 0, left: 0 },
    ]);
    // Importing again does not bring the weak hash back.
    expect((await imported(address, [file])).accounts).toMatchObject({ unchanged: 25 });
  });
});
