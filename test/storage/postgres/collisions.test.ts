/** Steps that collide in the database run again, take effect once, and are given up in time. */

import { expect, test } from 'vitest';
import { StoreUnavailable } from '../../../src/storage/port/port.ts';
import type { Run } from '../../../src/storage/postgres/connection/transaction.ts';
import { untilSo } from '../../support/postgres/pair.ts';
import { queryAt } from '../../support/postgres/store-fixture.ts';
import { backend, openWork, things, timed } from '../../support/postgres/work.ts';

/** What a busy machine may add to a limit. */
const slackMs = 400;

const add = (run: Run, id: number) => run('UPDATE things SET n = n + 1 WHERE id = $1', [id]);

test.concurrent('two steps that wait for each other both come through', async ({ onTestFinished }) => {
  const { connections } = await openWork(4, onTestFinished);
  let holding = 0;
  const crossing = (first: number, second: number) =>
    connections.step(async (run) => {
      await add(run, first);
      holding += 1;
      await untilSo(() => holding >= 2, 'the other step');
      await add(run, second);
    });
  await Promise.all([crossing(1, 2), crossing(2, 1)]);
  expect(await things(connections)).toEqual([2, 2]);
  expect(connections.collisions).toBeGreaterThan(0);
});

/** Has every step fail with a code of the server's so many times before it comes through. */
async function colliding(url: string, code: string, times: number) {
  await queryAt(
    url,
    ['CREATE SEQUENCE tries'],
    [
      `CREATE FUNCTION collide() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN
         IF nextval('tries') <= ${times} THEN RAISE EXCEPTION 'collision' USING ERRCODE = '${code}'; END IF;
         RETURN NEW;
       END $$`,
    ],
    ['CREATE TRIGGER colliding BEFORE UPDATE ON things FOR EACH ROW EXECUTE FUNCTION collide()'],
  );
}

const triesAt = async (url: string) =>
  Number((await queryAt(url, ['SELECT last_value AS n FROM tries']))[0]?.['n']);

test.concurrent.for(['40001', '40P01'])(
  'a step that collides (%s) runs again, and takes effect once',
  async (code, { onTestFinished }) => {
    const { connections, url } = await openWork(1, onTestFinished);
    await colliding(url, code, 3);
    const before = await backend(connections.read);
    await connections.step((run) => add(run, 1));
    expect(await things(connections)).toEqual([1, 0]);
    expect([await triesAt(url), connections.collisions]).toEqual([4, 3]);
    expect(await backend(connections.read)).toBe(before);
  },
);

test.concurrent('a step that collides for ever is given up after a number of tries, and in time', async ({
  onTestFinished,
}) => {
  const { connections, url } = await openWork(1, onTestFinished);
  await colliding(url, '40001', 1_000_000);
  const { error, ms } = await timed(connections.step((run) => add(run, 1)));
  expect(error).toBeInstanceOf(StoreUnavailable);
  expect(ms).toBeLessThan(3_000 + slackMs);
  expect(await triesAt(url)).toBeLessThanOrEqual(9);
  expect(await triesAt(url)).toBeGreaterThan(2);
});
