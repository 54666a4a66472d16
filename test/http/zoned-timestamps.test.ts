/** How `dotjson` writes instants: with their offset and their zone (ruling D2; RFC 9557). */

import { expect, test } from 'vitest';
import { joe } from '../support/contracts.ts';
import { query } from '../support/database.ts';
import { startServer } from '../support/server.ts';

/** The `created` of a registration at one instant and of a login at another. */
async function created(
  zone: string | undefined,
  registeredAt: string,
  loggedInAt = registeredAt,
): Promise<unknown[]> {
  const server = await startServer(zone === undefined ? {} : { GATEHOUSE_TIME_ZONE: zone });
  server.freeze(Date.parse(registeredAt));
  const registered = await server.post('/register.json', joe);
  server.freeze(Date.parse(loggedInAt));
  const loggedIn = await server.post('/login.json', joe);
  return [registered.json['created'], loggedIn.json['created']];
}

test('D2: created is the creation of the account at registration, and of the session at login', async () => {
  expect(await created('America/New_York', '2025-02-08T00:38:03.864Z', '2025-02-08T00:41:52.920Z')).toEqual([
    '2025-02-07T19:38:03.864-05:00[America/New_York]',
    '2025-02-07T19:41:52.92-05:00[America/New_York]',
  ]);
});

test.each([
  ['no fraction', '2025-02-08T00:38:03.000Z', '2025-02-07T19:38:03-05:00[America/New_York]'],
  ['no fraction at a full minute', '2025-02-08T00:38:00.000Z', '2025-02-07T19:38:00-05:00[America/New_York]'],
  ['one digit', '2025-02-08T00:38:03.900Z', '2025-02-07T19:38:03.9-05:00[America/New_York]'],
  ['two digits', '2025-02-08T00:38:03.050Z', '2025-02-07T19:38:03.05-05:00[America/New_York]'],
  ['three digits', '2025-02-08T00:38:03.001Z', '2025-02-07T19:38:03.001-05:00[America/New_York]'],
])('D2: the fraction is written with %s where the rest are zeros', async (_, instant, expected) => {
  expect(await created('America/New_York', instant)).toEqual([expected, expected]);
});

test.each([
  ['America/New_York', '2025-07-01T12:00:00.500Z', '2025-07-01T08:00:00.5-04:00[America/New_York]'],
  ['America/New_York', '2025-11-02T05:30:00.500Z', '2025-11-02T01:30:00.5-04:00[America/New_York]'],
  ['America/New_York', '2025-11-02T06:30:00.500Z', '2025-11-02T01:30:00.5-05:00[America/New_York]'],
  ['Europe/Berlin', '2025-07-01T12:00:00.500Z', '2025-07-01T14:00:00.5+02:00[Europe/Berlin]'],
  ['Asia/Kathmandu', '2025-07-01T20:00:00.500Z', '2025-07-02T01:45:00.5+05:45[Asia/Kathmandu]'],
  ['Pacific/Kiritimati', '2025-12-31T10:00:00.500Z', '2026-01-01T00:00:00.5+14:00[Pacific/Kiritimati]'],
  ['UTC', '2025-07-01T12:00:00.500Z', '2025-07-01T12:00:00.5+00:00[UTC]'],
])('D2: in the zone %s the instant %s is written %s', async (zone, instant, expected) => {
  expect(await created(zone, instant)).toEqual([expected, expected]);
});

test('D2: without a setting the zone is that of the process', async () => {
  const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  const [registered] = await created(undefined, '2025-07-01T12:00:00.500Z');
  expect(String(registered)).toContain(`[${zone}]`);
});

test('D2: the text is what the store keeps, at whatever instant', async () => {
  const server = await startServer({ GATEHOUSE_TIME_ZONE: 'America/New_York' });
  for (let i = 0; i < 12; i += 1) {
    const { json } = await server.post('/register.json', { ...joe, username: `joe${i}` });
    const text = String(json['created']);
    expect(text).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d*[1-9])?-0[45]:00\[America\/New_York\]$/);
    const sql = 'SELECT created_at FROM users JOIN auth ON auth.user_id = users.id WHERE canonical = ?';
    expect(await query(server, sql, `joe${i}`)).toEqual([
      { created_at: Date.parse(text.replace(/\[.*/, '')) },
    ]);
  }
});
