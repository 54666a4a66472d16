/** One account with a hundred thousand sessions and three hundred thousand entries, one with every factor, and attacks on every route. */

import { expect, test } from 'vitest';
import { secretKey } from '../support/codes.ts';
import { command } from '../support/command.ts';
import { engines, memoryMissed, openArena } from '../support/soak/arena.ts';
import { ending } from '../support/soak/ending.ts';
import { endings, entering } from '../support/soak/entering.ts';
import { factorChanges, factorLogins, factorPagesAttacked } from '../support/soak/factors.ts';
import { misuse } from '../support/soak/misuse.ts';
import { exporting, reading } from '../support/soak/reading.ts';

const settings = {
  // As many as an account of an older version, or of an import, may have.
  GATEHOUSE_SESSIONS_PER_USER: '0',
  // Limits that are never reached: an attack that is refused at its first step shows nothing.
  GATEHOUSE_THROTTLE_ACCOUNT: '1000000/15m',
  GATEHOUSE_THROTTLE_CLIENT: '1000000/15m',
  GATEHOUSE_CHECK_MEMORY_MB: '16',
  GATEHOUSE_PAGES: 'on',
  ...secretKey,
};

const sessions = 100_000;

/** Sessions that an account gets once more, for an operator to end. */
const again = 20_000;

test.each(engines)(
  'no other person is hurt by the largest account and the worst requests on %s',
  async (engine) => {
    const sizes = {
      many: { sessions, entries: 300_000 },
      gone: { sessions: 40_000 },
      word: { sessions: 20_000 },
      last: { sessions: 20_000 },
      // With the most second factors there can be.
      most: { sessions: 1_000 },
    };
    const onFactors = [...factorLogins, ...factorChanges, ...factorPagesAttacked];
    const attacks = [...reading, ...ending, ...entering, ...onFactors, ...misuse];
    const arena = await openArena(engine, settings, sizes, attacks);
    const { scene, server } = arena;
    for (const attack of [...attacks, ...exporting, ...Object.values(endings)]) await arena.attack(attack);

    // What an operator does to such accounts, in a process of its own.
    const { many, word, gone } = scene.accounts;
    const { database } = server.process;
    const operate = (words: readonly string[]) => async () => {
      const said = await command(words, { file: '', environment: { DATABASE_URL: database } });
      expect([words, said.code, said.stderr]).toEqual([words, 0, expect.any(String)]);
    };
    await arena.addSessions(many, 'more', again);
    await arena.command('gatehouse session end --user', operate(['session', 'end', '--user', many.email]));
    await arena.addSessions(word, 'moreword', again);
    await arena.command('gatehouse user disable', operate(['user', 'disable', word.email]));
    await arena.addSessions(gone, 'moregone', again);
    await arena.command('gatehouse user delete', operate(['user', 'delete', gone.email, '--yes']));
    await arena.command('gatehouse audit tail', operate(['audit', 'tail', '--lines', '130000']));

    expect([...arena.missed, ...(await memoryMissed(arena))]).toEqual([]);
  },
);
