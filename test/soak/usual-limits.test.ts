/** The usual limits under attack: what the throttle refuses, and the cap on sessions beside a hundred thousand of them. */

import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { countRows } from '../support/database.ts';
import { engines, openArena } from '../support/soak/arena.ts';
import { beyondCap, throttled } from '../support/soak/entering.ts';

test.each(engines)(
  'no other person is hurt by what the usual limits refuse and end on %s',
  async (engine) => {
    const sizes = { many: { sessions: 100_000 } };
    const arena = await openArena(engine, { GATEHOUSE_SWEEP_SECONDS: '1' }, sizes, []);
    await arena.attack(beyondCap);
    await arena.during('the sweep of what is beyond the cap', async () => {
      while ((await countRows(arena.server.process, 'sessions')) > 200) await sleep(500);
    });
    for (const attack of throttled) await arena.attack(attack);
    expect(arena.missed).toEqual([]);
  },
);
