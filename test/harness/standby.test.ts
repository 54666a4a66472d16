/** The standbys of the tests follow their primary, hold it up if they are synchronous, and can take its place. */

import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { startStandby } from '../support/postgres/standby.ts';
import { startPostgres } from '../support/postgres.ts';
import { startProxy } from '../support/proxy.ts';

/** Whether something happens within a time in which it would, if nothing held it up. */
async function happens(something: Promise<unknown>, withinMs = 500): Promise<boolean> {
  return Promise.race([something.then(() => true), pause(withinMs, false)]);
}

test('a standby follows its primary, takes no writes, and takes its place when promoted', async () => {
  const primary = await startPostgres();
  await primary.query('CREATE TABLE things AS SELECT 1 AS id');
  const standby = await startStandby(primary, { synchronous: false });
  expect(standby.port).not.toBe(primary.port);
  await primary.query('INSERT INTO things VALUES (2)');
  await expect.poll(() => standby.query('SELECT id FROM things')).toEqual([{ id: 1 }, { id: 2 }]);
  await expect(standby.query('INSERT INTO things VALUES (3)')).rejects.toThrow('read-only');
  await primary.kill();
  await standby.promote();
  await standby.query('INSERT INTO things VALUES (3)');
  await standby.kill();
  await standby.start();
  expect(await standby.query('SELECT count(*)::int AS things FROM things')).toEqual([{ things: 3 }]);
});

test('a synchronous standby has every commit that was acknowledged, and without it none is', async () => {
  const primary = await startPostgres();
  const standby = await startStandby(primary, { synchronous: true });
  await primary.query('CREATE TABLE things (id int)');
  await standby.freeze();
  const written = primary.query('INSERT INTO things VALUES (1)');
  expect(await happens(written)).toBe(false);
  standby.thaw();
  await written;
  await primary.kill();
  await standby.promote();
  expect(await standby.query('SELECT id FROM things')).toEqual([{ id: 1 }]);
});

test('an asynchronous standby delays no write, and catches up after its connection was cut', async () => {
  const primary = await startPostgres();
  const line = await startProxy(primary.port);
  const standby = await startStandby(primary, { synchronous: false, primaryPort: line.port });
  line.hang();
  await primary.query('CREATE TABLE things AS SELECT 1 AS id');
  await expect(standby.query('SELECT id FROM things')).rejects.toThrow('does not exist');
  line.cut();
  line.resume();
  await expect
    .poll(() => standby.query('SELECT id FROM things').catch(() => []), { timeout: 15_000 })
    .toEqual([{ id: 1 }]);
});
