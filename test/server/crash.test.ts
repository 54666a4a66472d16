/**
 * Power cuts, as far as a process can have them: killed at random moments under concurrent writes and started again on
 * the same file, it still holds everything it acknowledged; of second factors too, and a code that was used stays used.
 *
 * `CRASH_ROUNDS` sets how often; the default is 12, and 50 in the full form.
 */

import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type Client, openClient } from '../support/agent.ts';
import { FactorLedger } from '../support/factor-ledger.ts';
import { Ledger, type Owner } from '../support/ledger.ts';
import { isFull } from '../support/length.ts';
import { startProcess, until } from '../support/process.ts';
import { temporaryFolder } from '../support/server.ts';

const rounds = Number(process.env['CRASH_ROUNDS'] ?? (isFull ? 50 : 12));
const writers = 8;
/** People beside them who enrol an app and log in with codes and in trusted browsers. */
const withFactors = 2;
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

/** Enrols people and logs them in for as long as the server lives. */
async function enrol(client: Client, ledger: FactorLedger, name: string): Promise<never> {
  for (let i = 0; ; i += 1) await ledger.live(client, `${name}.${i}@example.com`);
}

function ended({ sessions }: Ledger): number {
  return [...sessions.values()].filter((fate) => fate === 'ended').length;
}

/** What was acknowledged in a round. */
interface Ledgers {
  readonly ledger: Ledger;
  readonly factors: FactorLedger;
}

const newLedgers = (): Ledgers => ({ ledger: new Ledger(), factors: new FactorLedger() });

/** Lets the writers write until the process is killed; rejects if an answer is wrong rather than missing. */
async function writeUntilKilled(url: string, round: number, kill: () => Promise<unknown>): Promise<Ledgers> {
  const client = openClient(url, writers + withFactors);
  const [ledger, factors] = [new Ledger(), new FactorLedger()];
  const ends = [
    ...Array.from({ length: writers }, (_, writer) => write(client, ledger, `r${round}w${writer}`)),
    ...Array.from({ length: withFactors }, (_, writer) => enrol(client, factors, `r${round}f${writer}`)),
  ].map((writing) => writing.catch((error: NodeJS.ErrnoException) => error));
  if (round % 2 === 1)
    await until(
      () => (ended(ledger) < logouts || factors.done.trust < 2 ? undefined : true),
      `${logouts} logouts of round ${round}, and logins in a trusted browser`,
    );
  await wait(shortest + Math.random() * (longest - shortest));
  await kill();
  for (const error of await Promise.all(ends))
    expect(error.code).toMatch(/^(ECONNRESET|ECONNREFUSED|EPIPE)$/);
  client.close();
  return { ledger, factors };
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

test(`F1, F3, F4: killed ${rounds} times under writes, it loses nothing it acknowledged, and no code is good again`, {
  timeout: rounds * 10_000,
}, async () => {
  const file = join(temporaryFolder(), 'gatehouse.db');
  const all = newLedgers();
  let last = newLedgers();
  for (let round = 0; round <= rounds; round += 1) {
    const server = await startProcess({ GATEHOUSE_THROTTLE: 'off' }, { file });
    const client = openClient(server.url, writers);
    // Each round checks the one before it; the one after the last checks all of them.
    const { ledger, factors } = round < rounds ? last : all;
    expect([await ledger.broken(client), await factors.broken(client)]).toEqual([[], []]);
    client.close();
    checkIntegrity(file);
    if (round === rounds) break;
    last = await writeUntilKilled(server.url, round, () => server.stop('SIGKILL'));
    all.ledger.add(last.ledger);
    all.factors.add(last.factors);
  }
  // What was checked is worth the name, also where a busy machine lets few writes through in a round.
  expect(all.ledger.accounts.length).toBeGreaterThan(rounds * 2);
  expect(ended(all.ledger)).toBeGreaterThanOrEqual(Math.floor(rounds / 2) * logouts);
  expect([...all.ledger.sessions.values()].filter((fate) => fate === 'alive').length).toBeGreaterThan(
    rounds / 2,
  );
  expect(all.factors.enrolled).toBeGreaterThanOrEqual(rounds / 2);
  for (const logins of Object.values(all.factors.done)) expect(logins).toBeGreaterThanOrEqual(rounds / 2);
});
