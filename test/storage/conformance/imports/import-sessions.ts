/** Cases for imported sessions: they live on, end as others do, and do not come back. */

import assert from 'node:assert/strict';
import {
  assertRow,
  audited,
  type ConformanceCase,
  context,
  findSession,
  hex,
  session,
  upTo,
} from '../case.ts';
import { remaining } from '../sessions.ts';
import { broughtSession, imported, withImports, write, writeSessions } from './import-case.ts';

const pruned = context('logout', { outcome: 'import_prune' });

export const importedSessionCases: readonly ConformanceCase[] = [
  withImports('import: a session lives on as it is (I1)', async (imports, store) => {
    await write(imports, [imported('joe')]);
    const own = broughtSession(1, 'joe', { network: '', device: '', provenAt: 0, expiresAt: 2 ** 45 });
    assert.deepEqual(await writeSessions(imports, [own, broughtSession(2, 'nobody')]), [
      'imported',
      'no_account',
    ]);
    const { idHash, ...kept } = own;
    assertRow(await findSession(store.sessions, idHash), kept);
    assert.equal((await store.sessions.findWithUser(idHash))?.user?.identifier, 'joe');
    assert.deepEqual(
      (await store.sessions.ofUser('id-of-joe', { limit: 9 })).map(({ handle }) => handle),
      ['handle-1'],
    );
  }),

  withImports(
    'import: a session that has ended or got another id does not come back (I4)',
    async (imports, store) => {
      await write(imports, [imported('joe')]);
      const sessions = upTo(4).map((n) => broughtSession(n, 'joe'));
      await writeSessions(imports, sessions);
      await store.sessions.remove([hex(0)], context('logout'));
      await store.sessions.rotate(hex(1), hex(9), context('confirm'));
      await store.sessions.sweep(5_000, 99);
      // Long afterwards, too, when nothing else is known of it any more.
      await store.sessions.sweepEnded(99_000, 99);
      assert.deepEqual(await writeSessions(imports, sessions), ['ended', 'ended', 'ended', 'ended']);
      assert.deepEqual(await remaining(store, 10), []);
    },
  ),

  withImports('import: new sessions of a known account come, and others stay', async (imports, store) => {
    await write(imports, [imported('joe')]);
    await writeSessions(imports, [broughtSession(1, 'joe')]);
    const later = [broughtSession(1, 'joe', { lastSeenAt: 4_000 }), broughtSession(2, 'joe')];
    assert.deepEqual(await writeSessions(imports, later), ['unchanged', 'imported']);
    assert.equal((await findSession(store.sessions, hex(1)))?.lastSeenAt, 1_000);
  }),

  withImports(
    'import: an id that another session has is taken; a handle that exists is made anew',
    async (imports, store) => {
      await write(imports, [imported('joe'), imported('ann')]);
      await store.sessions.insert(hex(1), session(1, 'id-of-ann'));
      const outcomes = await writeSessions(imports, [
        broughtSession(1, 'joe'),
        broughtSession(2, 'joe'),
        broughtSession(2, 'joe'),
        broughtSession(2, 'ann'),
        broughtSession(3, 'joe', { handle: 'handle-1' }),
        broughtSession(4, 'joe', { handle: 'handle-2' }),
      ]);
      assert.deepEqual(outcomes, ['id_taken', 'imported', 'unchanged', 'id_taken', 'imported', 'imported']);
      assert.equal((await findSession(store.sessions, hex(1)))?.userId, 'id-of-ann');
      const handles = await Promise.all(
        [2, 3, 4].map(async (n) => (await findSession(store.sessions, hex(n)))?.handle ?? ''),
      );
      assert.equal(handles[0], 'handle-2');
      for (const handle of handles.slice(1)) assert.match(handle, /^[a-z0-9]{16}$/);
      assert.equal(new Set(handles).size, 3);
      assert.deepEqual(await writeSessions(imports, [broughtSession(2, 'ann')]), ['id_taken']);
      const another = await writeSessions(imports, [broughtSession(2, 'joe')], { source: 'another' });
      assert.deepEqual(another, ['id_taken']);
    },
  ),

  withImports(
    'import: sessions that came from one source are found in pages while they live',
    async (imports, store) => {
      await write(imports, [imported('joe')]);
      await write(imports, [imported('ann')], { source: 'another' });
      await writeSessions(
        imports,
        upTo(6).map((n) => broughtSession(n, 'joe')),
      );
      await writeSessions(imports, [broughtSession(7, 'ann')], { source: 'another' });
      await store.sessions.remove([hex(2)]);
      await store.sessions.insert(hex(8), session(8, 'id-of-joe'));
      const live = async (after: string, limit: number, at = 2_000) =>
        (await imports.liveFrom('origin', at, after, limit)).map((hash) => Number.parseInt(hash, 16));
      assert.deepEqual(await live('', 3), [0, 1, 3]);
      assert.deepEqual(await live(hex(3), 3), [4, 5]);
      assert.deepEqual(await live(hex(5), 3), []);
      assert.deepEqual(await live('', 9, 5_000), []);
    },
  ),

  withImports(
    'import: sessions that are gone at the origin end as by a logout, and no others',
    async (imports, store) => {
      await write(imports, [imported('joe')]);
      await writeSessions(
        imports,
        upTo(4).map((n) => broughtSession(n, 'joe')),
      );
      await store.sessions.insert(hex(8), session(8, 'id-of-joe'));
      for (const n of upTo(4)) await findSession(store.sessions, hex(n));
      const heard: string[] = [];
      store.sessions.listen((ended) => heard.push(...ended.map(({ handle }) => handle)));
      assert.equal(await imports.prune('another', [hex(1)], pruned), 0);
      assert.equal(await imports.prune('origin', [1, 2, 8, 9].map(hex), pruned), 2);
      assert.equal(await imports.prune('origin', [1, 2].map(hex), pruned), 0);
      assert.deepEqual(await remaining(store, 9), [0, 3, 8]);
      assert.deepEqual(heard.sort(), ['handle-1', 'handle-2']);
      const { event, outcome } = (await store.sessions.findEnded(hex(1))) ?? {};
      assert.deepEqual([event, outcome], ['logout', 'import_prune']);
      assert.deepEqual((await audited(store)).slice(1).sort(), [
        'logout import_prune id-of-joe handle-1',
        'logout import_prune id-of-joe handle-2',
      ]);
      assert.deepEqual(await writeSessions(imports, [broughtSession(1, 'joe')]), ['ended']);
    },
  ),

  withImports(
    'import: another process that knew an id as dead is told when it comes to life',
    async (imports, _store, ground) => {
      const server = await ground.open();
      const told: string[] = [];
      const note = (what: string) => void told.push(what);
      server.revocations.listen({
        sessionRevoked: () => note('session'),
        userRevoked: (userId) => note(userId),
        allRevoked: () => note('all'),
      });
      try {
        await write(imports, [imported('joe'), imported('ann')]);
        const until = async (isSo: () => boolean) => {
          for (let looks = 0; !server.revocations.isFresh() || !isSo(); looks += 1) {
            assert.ok(looks < 500, 'The feed did not tell in time.');
            await new Promise((resolve) => setTimeout(resolve, 10));
          }
        };
        if (!ground.readsFeed) return;
        await until(() => told.includes('all'));
        told.length = 0;
        assert.equal(await server.sessions.findWithUser(hex(1)), undefined);
        const sessions = [broughtSession(1, 'joe'), broughtSession(2, 'ann'), broughtSession(3, 'joe')];
        await writeSessions(imports, sessions);
        // One row for all of them: a user who changed makes caches forget all dead ids.
        await until(() => told.length > 0);
        assert.deepEqual(told, ['id-of-joe']);
        assert.ok(await server.sessions.findWithUser(hex(1)));
        told.length = 0;
        await writeSessions(imports, sessions);
        await write(imports, [imported('joe')]);
        await imports.prune('origin', [hex(2)], pruned);
        await until(() => told.length > 0);
        assert.deepEqual(told, ['session']);
      } finally {
        await server.close();
      }
    },
  ),
];
