/** One command moves what better-auth itself wrote: its people stay signed in, and log in with their passwords (I1, I2). */

import { expect, test } from 'vitest';
import { rowsOf } from '../support/database.ts';
import { commandsAt } from '../support/importing.ts';
import { places } from '../support/moving.ts';
import { openBetterAuth, postgresOrigin, sqliteOrigin } from '../support/originals/better-auth.ts';
import { startProcess } from '../support/process.ts';

const ada = { email: 'ada@example.com', name: 'Ada', password: 'correct horse battery' };
const joe = { email: 'Joe@example.com', name: 'Joe', password: 'caf\u00e9 au lait' };

test.each(['sqlite', 'postgres'] as const)(
  'I1, I2: the accounts, passwords and live sessions of better-auth on %s come over in one command',
  async (engine) => {
    const url = await places[engine]();
    const origin = engine === 'sqlite' ? sqliteOrigin() : await postgresOrigin(url);
    const { api } = await openBetterAuth(origin);
    const begun = Date.now();
    const signedUp = await api.signUpEmail({ body: ada });
    const signedIn = await api.signInEmail({ body: ada });
    const other = await api.signUpEmail({ body: joe });

    const address = await places[engine]();
    const words = ['import', origin.argument, '--from', 'better-auth', '--weak-seconds', '0', '--json'];
    const said = await commandsAt(address, { ORIGIN_URL: url })(words);
    expect([said.code, said.stderr]).toEqual([0, expect.not.stringContaining(url)]);
    expect(said.json[0]).toMatchObject({
      complete: true,
      accounts: { imported: 2 },
      sessions: { imported: 3 },
      problems: [],
    });

    const server = await startProcess({ DATABASE_URL: address });
    const check = (id: string) => server.send({ path: '/auth/session', headers: { 'x-session-id': id } });
    const alive = [
      [signedUp, ada, 'ada@example.com'],
      [signedIn, ada, 'ada@example.com'],
      // It keeps addresses in lower case.
      [other, joe, 'joe@example.com'],
    ] as const;
    for (const [{ token, user }, person, email] of alive) {
      const { status, json } = await check(token);
      expect([status, json['user']], person.name).toEqual([
        200,
        { id: user.id, email, email_verified: false, created_at: expect.any(String) },
      ]);
      const { created_at, idle_expires_at } = json['session'] as Record<string, string>;
      expect(Math.abs(Date.parse(String(created_at)) - begun), person.name).toBeLessThan(60_000);
      // Its sessions live for a week after their last use.
      expect(Math.abs(Date.parse(String(idle_expires_at)) - begun - 604_800_000)).toBeLessThan(60_000);
    }
    const login = (body: object) => server.post('/auth/login', body);
    expect((await login({ ...ada, password: 'correct horse batter' })).status).toBe(401);
    expect((await login(ada)).status).toBe(200);
    // It normalised the password, and so does a login here.
    expect((await login({ ...joe, password: joe.password.normalize('NFD') })).status).toBe(200);
    expect((await server.post('/auth/logout', {}, { 'x-session-id': other.token })).status).toBe(204);
    expect((await check(other.token)).status).toBe(401);
    await server.stop();
    const again = await commandsAt(address, { ORIGIN_URL: url })(words);
    expect(again.json[0]).toMatchObject({ accounts: { unchanged: 2 }, sessions: { unchanged: 2, ended: 1 } });
    expect(await rowsOf({ database: address }, 'users')).toHaveLength(2);
  },
);
