/** What holds of a move at its last steps, beside servers that come at the wrong moment, and for texts of every kind. */

import { existsSync, linkSync, renameSync } from 'node:fs';
import fc from 'fast-check';
import { Client } from 'pg';
import { describe, expect, onTestFinished, test } from 'vitest';
import { migrate } from '../../src/maintenance/migrate.ts';
import type { Moved, TransferTarget } from '../../src/storage/port/port.ts';
import { findSession } from '../storage/conformance/case.ts';
import { crowded } from '../support/crowd.ts';
import { type Ends, goWrong, powerCut } from '../support/cutting.ts';
import { query } from '../support/database.ts';
import { fillImports } from '../support/imported-rows.ts';
import { isFull } from '../support/length.ts';
import {
  cloned,
  context,
  everythingAt,
  fileOf,
  fill,
  inStore,
  openStore,
  type Place,
  places,
} from '../support/moving.ts';
import { openNode, openNodeOnce } from '../support/postgres/store-fixture.ts';
import { sharedPostgres } from '../support/postgres.ts';
import { startProxy } from '../support/proxy.ts';

const run = (from: string, to: string, progress = () => {}) =>
  migrate({ from, to, keepSource: false, now: Date.now(), progress });

async function filled(place: Place): Promise<string> {
  const address = await places[place]();
  await fill(address);
  await fillImports(address);
  return address;
}

describe.each([
  ['sqlite', 'postgres'],
  ['postgres', 'sqlite'],
] as const)('from %s to %s', (one, other) => {
  test('wherever the power is cut, never both databases serve, and the migration can be completed', {
    timeout: 120_000,
  }, async () => {
    const serves = async (address: string) => {
      if (address.startsWith('file:') && !existsSync(fileOf(address))) return false;
      return inStore(address, async ({ accounts }) => accounts.findCredential('ada')).then(
        (ada) => ada !== undefined,
        () => false,
      );
    };
    const seen = new Set<string>();
    const original = await filled(one);
    for (let step = 0; ; step += 1) {
      const [from, to] = [await cloned(original), await places[other]()];
      const cut = powerCut(step);
      const result = await goWrong(from, to, cut.ends);
      const [old, fresh] = [await serves(from), await serves(to)];
      seen.add(`old ${old}, new ${fresh}`);
      expect([old && fresh, step]).toEqual([false, step]);
      if (!cut.isOver) {
        expect(result).toMatchObject({ begun: 'afresh' });
        break;
      }
      expect(result).toMatchObject({ message: 'power cut' });
      const again = await run(from, to);
      expect(again).toMatchObject(fresh ? { refused: 'source_moved' } : { begun: 'resumed' });
      expect(await everythingAt(to)).toEqual(await everythingAt(from));
    }
    // Both ends of the way, and the moment in between.
    expect([...seen].sort()).toEqual(['old false, new false', 'old false, new true', 'old true, new false']);
  });

  test('between closing the old database and opening the new one each says why it does not serve', async () => {
    const [from, to] = [await filled(one), await places[other]()];
    const finish = async () => {
      throw new Error('power cut');
    };
    await goWrong(from, to, ({ target }) => ({ target: { ...target, finish } }));
    await expect(openStore(from)).rejects.toThrow('The database was moved to');
    const draft = other === 'sqlite' ? `${to}.migrating` : to;
    await expect(openStore(draft)).rejects.toThrow('was not finished');
    expect(await run(from, await places[other]())).toMatchObject({ refused: 'source_moved' });
    expect(await run(from, to)).toMatchObject({ begun: 'resumed' });
    await inStore(to, ({ ping }) => ping());
  });

  test('a copy that differs is detected, and begun again', async () => {
    const [from, to] = [await filled(one), await places[other]()];
    const write: TransferTarget['write'] = async () => 'written';
    expect(await goWrong(from, to, ({ target }) => ({ target: { ...target, write } }))).toMatchObject({
      refused: 'copy_differs',
      table: 'users',
    });
    const before = await everythingAt(from);
    await inStore(from, ({ ping }) => ping());
    await run(from, to);
    expect(await everythingAt(to)).toEqual(before);
  });
});

test('a file is complete even if the name of the draft is left over', async () => {
  const [from, to] = [await filled('postgres'), await places.sqlite()];
  await run(from, to);
  linkSync(fileOf(to), `${fileOf(to)}.migrating`);
  expect(await run(from, to)).toMatchObject({ refused: 'source_moved' });
  await inStore(to, ({ ping }) => ping());
});

test('another file of that name is not overwritten, and the move completes once it is removed', async () => {
  const [from, to] = [await filled('postgres'), await places.sqlite()];
  const before = await everythingAt(from);
  const comes = ({ source }: Ends) => ({
    source: {
      ...source,
      async retire(moved: Moved) {
        await inStore(to, async () => {});
        return source.retire(moved);
      },
    },
  });
  expect(await goWrong(from, to, comes)).toEqual({ refused: 'target_exists' });
  expect(await run(from, to)).toMatchObject({ refused: 'target_exists' });
  renameSync(fileOf(to), `${fileOf(to)}.stranger`);
  expect(await run(from, to)).toMatchObject({ begun: 'resumed' });
  expect(await everythingAt(to)).toEqual(before);
});

test('no server starts on a database while it is moved away', async () => {
  const [from, to] = [await crowded('postgres'), await places.sqlite()];
  const before = await everythingAt(from);
  let start: Promise<string> | undefined;
  const moving = run(from, to, () => {
    start ??= openNodeOnce(from).then(
      () => 'started',
      (error) => error.message,
    );
  });
  expect(await moving).toMatchObject({ begun: 'afresh' });
  expect(await start).toMatch(/did not answer|timeout|was moved to/);
  expect(await everythingAt(to)).toEqual(before);
});

test('a server that is connected nevertheless prevents the move', async () => {
  const [from, to] = [await filled('postgres'), await places.sqlite()];
  const client = new Client({ connectionString: from, application_name: 'gatehouse' });
  onTestFinished(() => client.end());
  const comes = ({ target }: Ends) => ({
    target: {
      ...target,
      async begin(address: string, note: string) {
        await client.connect();
        return target.begin(address, note);
      },
    },
  });
  expect(await goWrong(from, to, comes)).toEqual({ refused: 'source_in_use' });
  expect(await run(from, to)).toEqual({ refused: 'source_in_use' });
  await client.end();
  // What a server would have written is in the copy that comes next.
  await inStore(from, ({ sessions }) => sessions.removeByHandle('id-ada', 'live-ada', context('logout', 1)));
  const before = await everythingAt(from);
  expect(await run(from, to)).toMatchObject({ begun: 'again' });
  expect(await everythingAt(to)).toEqual(before);
});

test('a server that was frozen while its database was moved does not continue on it', async () => {
  const [from, to] = [await filled('postgres'), await places.sqlite()];
  const proxy = await startProxy((await sharedPostgres()).port);
  const node = await openNode(proxy.url(from), { trustMs: 0 });
  const [live] = (await everythingAt(from))['sessions'] ?? [];
  const idHash = JSON.parse(live ?? '{}')['id_hash'];
  expect(await findSession(node.sessions, idHash)).toBeDefined();
  proxy.refuse();
  proxy.cut();
  expect(await run(from, to)).toMatchObject({ begun: 'afresh' });
  await proxy.accept();
  await expect.poll(() => node.ping().catch(({ message }) => message)).toContain('The database was moved to');
  const found = async () => findSession(node.sessions, idHash);
  await expect(found()).rejects.toThrow('The database was moved to');
});

/** Texts as a database may hold them, beyond what any Gatehouse writes. */
const odd = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.string({ unit: fc.constantFrom(...'\\"\'{},NULL \t\r\n\u0001\u007f'), maxLength: 12 }),
  fc.constantFrom('NULL', '\\x00', '\\N', '\\u0000', "'); DROP TABLE users; --", '\ufeff', '\uffff', '\0'),
);

/** Where they may stand, and how. */
const changes: readonly (readonly [sql: string, written: (text: string) => string])[] = [
  ["UPDATE sessions SET device = ? WHERE handle = 'live-ada'", String],
  ["UPDATE sessions SET network = ? WHERE handle = 'live-ada'", String],
  ["UPDATE auth SET identifier = ? WHERE canonical = 'ada'", String],
  ["UPDATE auth SET canonical = ? WHERE user_id = 'id-bob'", String],
  ["UPDATE ended SET outcome = ? WHERE handle = 'over-ada'", String],
  ['UPDATE audit SET outcome = ? WHERE seq = 9', String],
  ['UPDATE passkeys SET name = ?', String],
  ['UPDATE mails SET details = ? WHERE id < 3', (text) => JSON.stringify({ b: '', a: text })],
  ['UPDATE mails SET details = ? WHERE id > 2', (text) => JSON.stringify({ [text]: text, a: '' })],
];

test('texts of every kind arrive as they were, or the row is named that cannot be kept', {
  timeout: 120_000,
}, async () => {
  const from = await filled('sqlite');
  const seen = new Set<boolean>();
  const everything = fc.tuple(...changes.map(() => odd));
  await fc.assert(
    fc.asyncProperty(everything, async (texts) => {
      for (const [n, [sql, written]] of changes.entries())
        await query({ database: from }, sql, written(String(texts[n])));
      const [before, to] = [await everythingAt(from), await places.postgres()];
      const canBeKept = !texts.some((text) => text.includes('\0'));
      seen.add(canBeKept);
      const result = await migrate({ from, to, keepSource: true, now: 1, progress: () => {} });
      if (!canBeKept) {
        const because = expect.stringContaining('U+0000');
        expect(result).toMatchObject({ refused: 'row_unfit', because });
        return;
      }
      expect(result).toMatchObject({ leftBehind: 0 });
      expect(await everythingAt(to)).toEqual(before);
    }),
    {
      numRuns: isFull ? 30 : 8,
      examples: [[changes.map(() => 'a\0b')], [changes.map(() => `'"\\ {\u{1f600}}`)]],
    },
  );
  expect(seen.size).toBe(2);
});
