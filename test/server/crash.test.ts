/**
 * Power cuts, as far as a process can have them: killed at random moments under concurrent writes and started again on
 * the same file, it still holds everything it acknowledged.
 *
 * `CRASH_ROUNDS` sets how often; the default is 12, and 50 in the full form.
 */

import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type Client, openClient } from '../support/agent.ts';
import { Ledger, type Owner } from '../support/ledger.ts';
import { isFull } from '../support/length.ts';
import { startProcess, until } from '../support/process.ts';
import { temporaryFolder } from '../support/server.ts';

const rounds = Number(process.env['CRASH_ROUNDS'] ?? (isFull ? 50 : 12));
const writers = 8;
/** A round lives between these many milliseconds after its first write was sent. */
const shortest = 5;
const longest = 250;
/** So many logouts every second round acknowledges before; the others are killed wherever their writers are. */
const logouts = 5;

/** Registers, logs in and logs out for as long as the server lives; both contracts in turn. */
async function write(client: Client, ledger: Ledger, name: string): Promise<never> {
  for (let i = 0; ; i += 1) {
    const contract = i % 2 === 0 ? 'rest' : 'dotjson';
    const owner: Owner = {
      contract,
      name: contract === 'rest' ? `${name}.${i}@example.com` : `${name}_${i}`,
      password: `password of ${name} ${i}`,
    };
    await ledger.register(client, owner);
    await ledger.login(client, owner);
    await ledger.logout(client, contract, await ledger.login(client, owner));
  }
}

function ended({ sessions }: Ledger): number {
  return [...sessions.values()].filter((fate) => fate === 'ended').length;
}

/** Lets the writers write until the process is killed; rejects if an answer is wrong rather than missing. */
async function writeUntilKilled(url: string, round: number, kill: () => Promise<unknown>): Promise<Ledger> {
  const client = openClient(url, writers);
  const ledger = new Ledger();
  const ends = Array.from({ length: writers }, (_, writer) =>
    write(client, ledger, `r${round}w${writer}`).catch((error: NodeJS.ErrnoException) => error),
  );
  if (round % 2 === 1)
    await until(() => (ended(ledger) < logouts ? undefined : true), `${logouts} logouts of round ${round}`);
  await wait(shortest + Math.random() * (longest - shortest));
  await kill();
  for (const error of await Promise.all(ends))
    expect(error.code).toMatch(/^(ECONNRESET|ECONNREFUSED|EPIPE)$/);
  client.close();
  return ledger;
}

/** Looks at the file over a connection of its own, while the server has it open. */
function checkIntegrity(file: string): void {
  const db = new DatabaseSync(file, { readOnly: true });
  expect(db.prepare('PRAGMA integrity_check').all()).toEqual([{ integrity_check: 'ok' }]);
  expect(db.prepare('PRAGMA foreign_key_check').all()).toEqual([]);
  // Both records of an account were written, or neither (ruling G2).
  const halves = db.prepare(
    `SELECT (SELECT count(*) FROM auth WHERE user_id NOT IN (SELECT id FROM users)) AS withoutUser,
            (SELECT count(*) FROM users WHERE id NOT IN (SELECT user_id FROM auth)) AS withoutAuth`,
  );
  expect(halves.get()).toEqual({ withoutUser: 0, withoutAuth: 0 });
  db.close();
}

test(`killed ${rounds} times under writes, it loses nothing it acknowledged`, {
  timeout: rounds * 10_000,
}, async () => {
  const file = join(temporaryFolder(), 'gatehouse.db');
  const all = new Ledger();
  let last = new Ledger();
  for (let round = 0; round <= rounds; round += 1) {
    const server = await startProcess({ GATEHOUSE_THROTTLE: 'off' }, { file });
    const client = openClient(server.url, writers);
    // Each round checks the one before it; the one after the last checks all of them.
    expect(await (round < rounds ? last : all).broken(client)).toEqual([]);
    client.close();
    checkIntegrity(file);
    if (round === rounds) break;
    last = await writeUntilKilled(server.url, round, () => server.stop('SIGKILL'));
    all.add(last);
  }
  // What was checked is worth the name, also where a busy machine lets few writes through in a round.
  expect(all.accounts.length).toBeGreaterThan(rounds * 2);
  expect(ended(all)).toBeGreaterThanOrEqual(Math.floor(rounds / 2) * logouts);
  expect([...all.sessions.values()].filter((fate) => fate === 'alive').length).toBeGreaterThan(rounds / 2);
});
